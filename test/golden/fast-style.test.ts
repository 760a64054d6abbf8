// Fast styles against their own runtimes: lengstrom's network and Magenta's two transformers on the weights that people have (skipped where they are
// not there), pytorch/examples' network on formula weights.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { mul } from '../../src/graph/elementwise.ts'
import { constant } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import type { Found } from '../../src/networks/found.ts'
import { lengstromStages } from '../../src/styles/lengstrom.ts'
import { styleVector } from '../../src/styles/predictor.ts'
import { singleStyleNetwork, singleStyleOf } from '../../src/styles/single-style.ts'
import { stylizedStages } from '../../src/styles/transformer.ts'
import { underTest } from '../support/device.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { readGolden, weightsDir } from '../support/golden.ts'
import { filledWith } from '../support/painter-tensors.ts'
import { expectSummary, type Summary } from '../support/summary.ts'

const given = weightsDir()

const weightsOf = ({ tensors }: Pick<Found, 'tensors'>): Weights =>
  new Weights(
    {
      keys: () => [...tensors.keys()],
      has: (key) => tensors.has(key),
      shape: (key) => tensors.get(key)!.shape,
      read: (key) => tensors.get(key)!.read(),
    },
    'style',
  )

/** The only network of a given file. */
function found(role: string, ...place: string[]): Weights {
  const networks = findNetworks(openCheckpoint(join(given!, ...place)))
  expect(networks.map((network) => network.role)).toEqual([role])
  return weightsOf(networks[0]!)
}

const picture = (name: string, h: number, w: number) => constant(formulaImage(name, 3, h, w), [1, 3, h, w])
const style = constant(formulaValues('magenta/style', 100, 0.3), [1, 100])

test.skipIf(!given)("lengstrom's wave, stage by stage", async () => {
  const golden = readGolden<Record<string, Record<'down' | 'residual' | 'out', Summary>>>('systems/fast_style')
  const weights = found('fast_style', 'fast-style-wave', 'manifest.json')
  const stages = lengstromStages(weights, mul(picture('nst/content', 64, 48), 255))
  const got: Record<string, Float32Array> = await runOnce({ ...stages }, {}, underTest)
  for (const [stage, values] of Object.entries(golden.wave!)) expectSummary(got[stage]!, values, 1e-4, stage)
})

test.skipIf(!given)('separable transformer of Magenta, stage by stage', async () => {
  const golden = readGolden<Record<'contract' | 'residual' | 'out', Summary>>('systems/magenta_transformer')
  const weights = found('style_transformer', 'magenta-transformer-tfjs', 'model.json')
  const stages = stylizedStages(weights, picture('nst/content', 64, 48), style)
  const got: Record<string, Float32Array> = await runOnce({ ...stages }, {}, underTest)
  for (const stage of ['contract', 'residual', 'out'] as const) expectSummary(got[stage]!, golden[stage], 1e-4, stage)
})

test.skipIf(!given)('pair of Magenta: transformer exactly, predictor to what its bytes allow', async () => {
  const golden = JSON.parse(readFileSync('test/fixtures/magenta-lite.json', 'utf8')) as Record<
    'vector' | 'out',
    Summary
  >
  const transformer = found('style_transformer', 'arbitrary-style-tflite', 'style_transfer_f16_384.tflite')
  const predictor = found('style_predictor', 'arbitrary-style-tflite', 'style_predict_quantized_256.tflite')
  const got = await runOnce(
    {
      vector: styleVector(predictor, picture('nst/style', 256, 256)),
      out: stylizedStages(transformer, picture('nst/content', 384, 384), style).out,
    },
    {},
    underTest,
  )
  expectSummary(got.out!, golden.out, 1e-4, 'out')
  // Its activations are of 8 bits there and of 32 here.
  const [mine, theirs] = [[...got.vector!], golden.vector.samples]
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0)
  expect(dot(mine, theirs) / Math.sqrt(dot(mine, mine) * dot(theirs, theirs))).toBeGreaterThan(0.98)
})

test("network of pytorch/examples' fast_neural_style", async () => {
  const { keys, out } = JSON.parse(readFileSync('test/fixtures/johnson.json', 'utf8')) as {
    keys: Record<string, number[]>
    out: Summary
  }
  const tensors = filledWith('johnson', Object.entries(keys))
  const [network] = singleStyleNetwork.recognise({ at: 'root', tensors, root: undefined, inside: () => [] })
  expect(network).toMatchObject({ role: 'fast_style', title: 'one style by Johnson, 2 blocks, 8 wide' })
  const built = singleStyleOf(weightsOf(network!)).build(picture('johnson/content', 48, 40))
  const got = await runOnce({ out: mul(built, 255) }, {}, underTest)
  expectSummary(got.out!, out, 1e-4, 'out')
})
