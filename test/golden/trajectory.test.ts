// Twelve steps of the loop in two stages at 512 px against the reference implementation's own loop. A planted mistake, a
// run that forgets to draw the second stage's sibling afresh, must miss the gate.

import { expect, test } from 'vitest'
import { generatorShape } from '../../src/generator/stylegan2.ts'
import { optimize } from '../../src/methods/rephotograph/optimize.ts'
import type { OptimizeOptions } from '../../src/methods/rephotograph/options.ts'
import type { StepReport } from '../../src/optimize/descent.ts'
import { underTest } from '../support/device.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { full } from '../support/full.ts'
import { readGolden } from '../support/golden.ts'
import {
  goldenDegradation,
  goldenDraws,
  goldenLosses,
  goldenNetworks,
  goldenOptimize,
} from '../support/golden-setup.ts'
import { expectCodes, expectNear, type Summary } from '../support/summary.ts'

const golden = readGolden<{
  size: number
  steps: number[]
  crop: [number, number]
  losses: Record<'total' | 'face' | 'eye' | 'contextual' | 'color_transfer' | 'noise', number>[]
  latent: Summary[]
  noise: Summary[]
  camera: number[]
}>('trajectory')
const { salt, size } = golden

function setup(): OptimizeOptions {
  const network = goldenNetworks(salt, size)
  const { latents, noiseSides } = generatorShape(network('stylegan2'))
  const gray = formulaImage('target', 1, size, size, salt).map((v) => 2 * v - 1)
  return {
    network,
    degradation: goldenDegradation,
    losses: goldenLosses,
    optimize: { ...goldenOptimize, steps: golden.steps },
    compile: underTest,
    seed: 0,
    target: { side: { height: size, width: size }, data: Float32Array.from([...gray, ...gray, ...gray]) },
    start: {
      latent: formulaValues('latent', latents * 512, 1, 0, salt),
      noise: noiseSides.map((r, i) => formulaValues(`noise/${i}`, r * r, 1, 0, salt)),
    },
    overrides: {
      draws: goldenDraws(golden.crop),
      freshNoise: (r) => formulaValues(`fresh/${r}`, r * r, 1, 0, salt),
    },
  }
}

function expectLosses(report: StepReport, i: number): void {
  const expected = golden.losses[i]!
  const what = (name: string): string => `${name} before step ${i + 1}`
  for (const name of ['face', 'eye', 'contextual', 'noise'] as const)
    expectNear(report.losses[name]!.raw, expected[name], 2e-4, what(name))
  const color = report.losses.colorTransfer!.raw
  if (expected.color_transfer === 0) expect(color).toBeLessThan(1e-9)
  else expectNear(color, expected.color_transfer, 1e-2, what('colour transfer'))
}

test('losses, latent, noise and camera', { timeout: 3_600_000 }, async () => {
  const reports: StepReport[] = []
  const { codes, finished } = await optimize(setup(), { onStep: (report) => void reports.push(report) })
  expect(finished).toBe(true)
  expect(reports.length).toBe(golden.losses.length)
  reports.forEach(expectLosses)
  golden.latent.forEach((layer, i) => {
    expectCodes(codes.latent.subarray(i * 512, (i + 1) * 512), layer, 1e-4, `latent ${i}`)
  })
  golden.noise.forEach((map, i) => {
    expectCodes(codes.noise[i]!, map, 1e-4, `noise ${i}`)
  })
  ;['gamma', 'offset', 'gain'].forEach((name, i) => {
    expectNear(codes.camera[`response.${name}`]![0]!, golden.camera[i]!, 1e-4, name)
  })
})

test.runIf(full)('a sibling that is not drawn afresh misses the gate', { timeout: 3_600_000 }, async () => {
  const options = setup()
  options.losses = { ...options.losses, contextual: { ...goldenLosses.contextual, sibling: 'first' } }
  options.optimize = { ...options.optimize, steps: [1] }
  await expect(optimize(options, { onStep: (report) => expectLosses(report, report.step) })).rejects.toThrow(
    'contextual',
  )
})

test.runIf(full)('one layer too many misses the gate', { timeout: 3_600_000 }, async () => {
  const options = setup()
  options.optimize = { ...options.optimize, coarseMin: 64 }
  const { codes } = await optimize(options)
  const layer = codes.latent.subarray(8 * 512, 9 * 512)
  expect(() => expectCodes(layer, golden.latent[8]!, 1e-4, 'latent 8')).toThrow()
})
