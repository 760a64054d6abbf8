// LPIPS on VGG16 against the official code, its own weights of the channels on a trunk of formula weights.

import { expect, test } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { memoryStore } from '../../src/checkpoint/store.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { lpipsNetwork } from '../../src/features/lpips-weights.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { lpipsDistance, lpipsFeatures } from '../../src/losses/lpips.ts'
import { isLpipsTrunk } from '../../src/metrics/lpips.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import { underTest } from '../support/device.ts'
import { formulaImage } from '../support/formula.ts'
import { formulaWeights } from '../support/formula-weights.ts'
import { readGolden } from '../support/golden.ts'
import { expectNear } from '../support/summary.ts'

const golden = readGolden<{ vgg: { lpips: number; layers: number[] } }>('systems/lpips')
const { salt } = golden
const vgg16 = formulaWeights('vgg16', { salt })
const picture = (name: string) => formulaImage(`nst/${name}`, 3, 64, 48, salt).map((v) => 2 * v - 1)

function fitted(): Weights {
  const [found] = findNetworks(openCheckpoint('test/fixtures/lpips/vgg.pth'))
  expect(found).toMatchObject({ role: 'lpips' })
  const tensors = [...found!.tensors].map(
    ([key, tensor]) => [key, { shape: tensor.shape, data: tensor.read() }] as const,
  )
  return new Weights(memoryStore(Object.fromEntries(tensors)), 'lpips')
}

test('the distance, layer by layer, of two pictures; none of a picture to itself, and a gradient there', async () => {
  const [a, b] = [picture('content'), picture('start')]
  const [x, y] = [input('x', [1, 3, 64, 48]), constant(b, [1, 3, 64, 48])]
  const { distance, layers } = lpipsDistance(fitted(), lpipsFeatures(vgg16, x), lpipsFeatures(vgg16, y))
  const [slope] = gradients(distance, [x])
  const outputs = { distance, slope: slope!, ...Object.fromEntries(layers.map((layer, i) => [`layer ${i}`, layer])) }
  const out = await runOnce(outputs, { x: a }, underTest)
  expectNear(out.distance![0]!, golden.vgg.lpips, 1e-5, 'LPIPS')
  golden.vgg.layers.forEach((layer, i) => {
    expectNear(out[`layer ${i}`]![0]!, layer, 1e-5, `layer ${i}`)
  })
  const same = await runOnce({ distance, slope: slope! }, { x: b }, underTest)
  // What is known beforehand is computed by other kernels.
  expect(same.distance![0]).toBeLessThan(1e-10)
  expect(Math.max(...same.slope!.map(Math.abs))).toBeLessThan(1e-6)
})

test('weights for another trunk are refused by name', () => {
  const tensors = { 'lin0.model.1.weight': [1, 64, 1, 1], 'lin1.model.1.weight': [1, 192, 1, 1] }
  const place = Object.entries(tensors).map(
    ([key, shape]) => [key, { dtype: 'F32', shape, read: () => new Float32Array(0) }] as const,
  )
  expect(() =>
    lpipsNetwork.recognise({ at: 'root', tensors: new Map(place), root: undefined, inside: () => [] }),
  ).toThrow('AlexNet')
})

test('only a VGG16 of the official widths is a trunk for it', () => {
  expect(isLpipsTrunk(vgg16)).toBe(true)

  const narrow = memoryStore({ 'features.0.weight': { shape: [16, 3, 3, 3], data: new Float32Array(16 * 27) } })
  expect(isLpipsTrunk(new Weights(narrow, 'vgg16'))).toBe(false)
})
