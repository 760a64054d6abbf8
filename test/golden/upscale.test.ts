// Networks that enlarge against the official codes on formula weights (PyTorch, float32): RRDBNet of 23, 6 and 2 blocks, also with pixels
// taken together, and SRVGGNetCompact.

import { expect, test } from 'vitest'
import type { TensorSource } from '../../src/checkpoint/value.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { constant } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import type { Recognised } from '../../src/upscalers/recognised.ts'
import { recogniseRrdb, rrdbStages } from '../../src/upscalers/rrdb.ts'
import { recogniseSrvgg } from '../../src/upscalers/srvgg.ts'
import { upscalerOf } from '../../src/upscalers/upscaler.ts'
import { underTest } from '../support/device.ts'
import { formulaImage } from '../support/formula.ts'
import { readGolden } from '../support/golden.ts'
import { expectSummary, type Summary } from '../support/summary.ts'
import { esrganShapes, formulaTensors, srvggShapes } from '../support/upscaler-tensors.ts'

const golden = readGolden<{
  conv_first: Summary
  after_RRDB_0: Summary
  trunk: Summary
  out: Summary
  '6B_full_48x40': Summary
  x2_unshuffle_2blocks: Summary
  srvgg_compact_16: Summary
}>('systems/esrgan')
const { salt } = golden

const picture = (name: string, h: number, w: number) =>
  constant(formulaImage(`esrgan/${name}`, 3, h, w, salt), [1, 3, h, w])

function weightsOf(
  recognise: (tensors: Map<string, TensorSource>) => Recognised | undefined,
  tensors: Map<string, TensorSource>,
) {
  const found = recognise(tensors)!.tensors
  return new Weights(
    {
      keys: () => [...found.keys()],
      has: (key) => found.has(key),
      shape: (key) => found.get(key)!.shape,
      read: (key) => found.get(key)!.read(),
    },
    'upscaler',
  )
}

test('RRDBNet of 23 blocks, stage by stage', async () => {
  const weights = weightsOf(recogniseRrdb, formulaTensors('esrgan', esrganShapes(23), salt))
  const { first, blocks, out } = rrdbStages(weights, picture('lr', 20, 16))
  const got = await runOnce({ first, block: blocks[0]!, trunk: blocks.at(-1)!, out }, {}, underTest)
  expectSummary(got.first!, golden.conv_first, 1e-5, 'conv_first')
  expectSummary(got.block!, golden.after_RRDB_0, 1e-5, 'after the first block')
  expectSummary(got.trunk!, golden.trunk, 1e-4, 'trunk')
  expectSummary(got.out!, golden.out, 1e-4, 'out')
})

test('RRDBNet of 6 blocks', async () => {
  const network = upscalerOf(weightsOf(recogniseRrdb, formulaTensors('esrgan6', esrganShapes(6), salt)))
  const { out } = await runOnce({ out: network.build(picture('big', 48, 40)) }, {}, underTest)
  expectSummary(out!, golden['6B_full_48x40'], 1e-4, 'out')
})

test('RRDBNet ×2 that takes cells of 2×2 pixels together', async () => {
  const network = upscalerOf(
    weightsOf(recogniseRrdb, formulaTensors('esrgan_x2', esrganShapes(2, { inputs: 12 }), salt)),
  )
  expect(network).toMatchObject({ scale: 2, multiple: 2 })
  const { out } = await runOnce({ out: network.build(picture('x2', 24, 20)) }, {}, underTest)
  expectSummary(out!, golden.x2_unshuffle_2blocks, 1e-5, 'out')
})

test('SRVGGNetCompact of 16 convolutions', async () => {
  const network = upscalerOf(weightsOf(recogniseSrvgg, formulaTensors('srvgg', srvggShapes(16), salt)))
  const { out } = await runOnce({ out: network.build(picture('lr', 20, 16)) }, {}, underTest)
  expectSummary(out!, golden.srvgg_compact_16, 1e-5, 'out')
})
