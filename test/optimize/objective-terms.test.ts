// Which terms an objective holds: what weight 0 leaves out costs nothing, and any one of them can be left out.

import { expect, test } from 'vitest'
import { countFlops } from '../../src/graph/flops.ts'
import { ancestors } from '../../src/graph/gradients.ts'
import { misfitOf, networksOfLosses, termNames } from '../../src/methods/rephotograph/losses.ts'
import { networkOf, settingsOf } from '../../src/methods/rephotograph/networks.ts'
import { objectiveOf } from '../../src/methods/rephotograph/objective-of.ts'
import { resolveConfig } from '../../src/methods/rephotograph/resolve.ts'
import { loadPack } from '../../src/models/load.ts'

const pack = loadPack('compact')
const size = pack.generatorSize

function objectiveWith(weights: Readonly<Record<string, number>>) {
  const losses = Object.fromEntries(termNames.map((name) => [name, { weight: weights[name] ?? 0 }]))
  const config = resolveConfig({ losses }, settingsOf(pack, 'b'), size)
  const { degradation, optimize } = config
  const target = { side: { width: size, height: size } }
  return objectiveOf({ network: networkOf(pack), degradation, losses: config.losses, optimize, target })
}
const all = Object.fromEntries(termNames.map((name) => [name, 1]))

test('each term can be left out, and takes its cost along', () => {
  const whole = objectiveWith(all)
  expect(Object.keys(whole.terms)).toEqual(termNames)
  const flops = countFlops([whole.total])
  for (const name of termNames) {
    const rest = objectiveWith({ ...all, [name]: 0 })
    expect(Object.keys(rest.terms)).toEqual(termNames.filter((other) => other !== name))
    expect(Object.keys(rest.once).some((key) => key.startsWith(`${name}/`))).toBe(false)
    // Some terms have no convolution or matrix product to be counted.
    expect(countFlops([rest.total])).toBeLessThanOrEqual(flops)
  }
})

test('each term can stand alone', () => {
  for (const name of termNames) expect(Object.keys(objectiveWith({ [name]: 1 }).terms)).toEqual([name])
})

test('a layer that is named twice counts twice, with the same points', () => {
  const { losses, degradation, optimize } = resolveConfig({}, settingsOf(pack, 'b'), size)
  const contextual = { ...losses.contextual, layers: ['relu1_2', 'relu1_2'], points: 16 }
  const target = { side: { width: size, height: size } }
  const { total, draws } = objectiveOf({
    ...{ network: networkOf(pack), degradation, losses: { contextual }, optimize, target },
  })
  const inputs = ancestors([total]).flatMap(({ op, name }) => (op === 'Input' ? [name] : []))
  expect(new Set(inputs).size).toBe(inputs.length)
  expect(draws.map(({ name }) => name).sort()).toEqual(['contextual/column', 'contextual/relu1_2', 'contextual/row'])
})

test('networks are those of the terms in use', () => {
  const losses = resolveConfig({}, settingsOf(pack, 'b'), size).losses
  expect(networksOfLosses(losses).sort()).toEqual(['vgg16', 'vgg19', 'vggface'])
  expect(networksOfLosses({ ...losses, identity: { ...losses.identity, weight: 1 } })).toContain('faceRecognitionNet')
  expect(networksOfLosses({ face: { ...losses.face, vggFace: 0 } })).toEqual(['vgg16'])
})

test('a value too large for the generator is found, unless its term is off', () => {
  const { style } = resolveConfig({}, settingsOf(pack, 'b'), size).losses
  expect(misfitOf({ style: { ...style, weight: 1, size: 2 * size } }, size)).toMatchObject({ path: 'style.size' })
  expect(misfitOf({ style: { ...style, size: 2 * size } }, size)).toBeUndefined()
})
