// Networks that paint against the official codes on formula weights (PyTorch, float32): pix2pix's U-Net and CycleGAN's ResNet at full
// size, fastai's DynamicUnet by fastai itself (training/golden_dynamic_unet.py).

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { TensorSource } from '../../src/checkpoint/value.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { mul, sub } from '../../src/graph/elementwise.ts'
import { constant } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { dynamicUnetStages } from '../../src/painters/dynamic-unet.ts'
import { painterNetwork } from '../../src/painters/painter.ts'
import { resnetPixels } from '../../src/painters/resnet.ts'
import { unetPixels } from '../../src/painters/unet.ts'
import { underTest } from '../support/device.ts'
import { formulaImage } from '../support/formula.ts'
import { readGolden } from '../support/golden.ts'
import { filledWith, resnetShapes, type Shapes, unetShapes } from '../support/painter-tensors.ts'
import { expectSummary, type Summary } from '../support/summary.ts'

const golden =
  readGolden<Record<'resnet_9blocks' | 'unet_256', { out: Summary; parameters: number }>>('systems/pix2pix')

const picture = (name: string, h: number, w: number) => constant(formulaImage(name, 3, h, w, golden.salt), [1, 3, h, w])

/** As the importer would take it, in our names. */
function imported(tensors: Map<string, TensorSource>): Weights {
  const [found, ...others] = painterNetwork.recognise({ at: 'root', tensors, root: undefined, inside: () => [] })
  expect(others).toEqual([])
  const own = found!.tensors
  return new Weights(
    {
      keys: () => [...own.keys()],
      has: (key) => own.has(key),
      shape: (key) => own.get(key)!.shape,
      read: (key) => own.get(key)!.read(),
    },
    'painter',
  )
}

/** Of what is learned: running statistics are not. */
const parametersOf = (shapes: Shapes) =>
  shapes
    .filter(([key]) => !key.includes('running'))
    .reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0)

test('CycleGAN, nine blocks', async () => {
  const shapes = resnetShapes(9, 64)
  expect(parametersOf(shapes)).toBe(golden.resnet_9blocks.parameters)
  const weights = imported(filledWith('pix2pix/resnet_9blocks', shapes, golden.salt))
  const x = sub(mul(picture('pix2pix/resnet_9blocks', 64, 48), 2), 1)
  const { out } = await runOnce({ out: resnetPixels(weights, x, 'stored') }, {}, underTest)
  expectSummary(out!, golden.resnet_9blocks.out, 1e-4, 'out')
})

test('unet_256', async () => {
  const shapes = unetShapes(8, 64)
  expect(parametersOf(shapes)).toBe(golden.unet_256.parameters)
  const weights = imported(filledWith('pix2pix/unet_256', shapes, golden.salt))
  const x = sub(mul(picture('pix2pix/unet_256', 256, 256), 2), 1)
  const { out } = await runOnce({ out: unetPixels(weights, x, 'stored') }, {}, underTest)
  expectSummary(out!, golden.unet_256.out, 1e-4, 'out')
})

type Stages = Record<'body' | 'middle' | 'first' | 'last' | 'out', Summary>
const fastai = JSON.parse(readFileSync('test/fixtures/dynamic-unet.json', 'utf8')) as {
  salt: string
  keys: Record<string, number[]>
  plain: Stages
  ranged: Stages
  odd: Stages
}

test.each([
  ['plain', 96, 64, { blur: false, range: null }],
  ['ranged', 96, 64, { blur: true, range: [-0.5, 1.5] }],
  ['odd', 100, 76, { blur: false, range: null }],
] as const)('DynamicUnet of fastai, %s', async (name, h, w, layout) => {
  const shapes = Object.entries(fastai.keys).filter(([key]) => !key.endsWith('num_batches_tracked'))
  const weights = imported(filledWith('dynamic_unet', shapes, fastai.salt))
  const got: Record<string, Float32Array> = await runOnce(
    { ...dynamicUnetStages(weights, picture(`dynamic_unet/${name}`, h, w), layout) },
    {},
    underTest,
  )
  for (const [stage, expected] of Object.entries(fastai[name])) expectSummary(got[stage]!, expected, 1e-4, stage)
})
