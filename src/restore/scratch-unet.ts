// The scratch detector of Bringing Old Photos Back to Life: a U-Net over a gray picture, 1 where a scratch is likely.

import { z } from 'zod'
import { padBorder } from '../graph/border.ts'
import { conv2d } from '../graph/conv.ts'
import { leakyRelu } from '../graph/elementwise.ts'
import { concat } from '../graph/layout.ts'
import { batchNorm } from '../graph/normalize.ts'
import { resizeBilinear } from '../graph/resample.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import type { Found } from '../networks/found.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { countFrom, type Expected, layer, matchTemplate, norm, type Tensors } from '../networks/template.ts'
import { reflectedConvolution } from './blocks.ts'

const SLOPE = 0.2

/** @param x [N, 1, H, W] in ±1, sides multiples of 2^depth (16); @returns logits [N, 1, H, W] */
export function scratchLogits(weights: Weights, x: Tensor): Tensor {
  return scope('restore/scratches', () => {
    const depth = depthOf(weights)
    const skips: Tensor[] = []
    let h = leakyRelu(reflectedConvolution(weights.at('first.1'), x), SLOPE)
    for (let i = 0; i < depth; i++) {
      skips.push(h)
      const shrink = weights.at(`down_sample.${i}`)
      h = convNormLeaky(shrink.at('1'), shrink.at('2'), h)
      h = twice(weights.at(`down_path.${i}.block`), blurPool(h))
    }
    for (let i = 0; i < depth; i++) {
      const at = weights.at(`up_path.${i}`)
      const larger = resizeBilinear(h, h.shape[2]! * 2, h.shape[3]! * 2, false)
      const up = reflectedConvolution(at.at('up.2'), larger)
      h = twice(at.at('conv_block.block'), concat([up, skips.pop()!], 1))
    }
    return reflectedConvolution(weights.at('last.1'), h)
  })
}

function convNormLeaky(conv: Weights, normalization: Weights, x: Tensor): Tensor {
  return leakyRelu(batchNorm(reflectedConvolution(conv, x), normalization), SLOPE)
}

function twice(block: Weights, x: Tensor): Tensor {
  return convNormLeaky(block.at('5'), block.at('6'), convNormLeaky(block.at('1'), block.at('2'), x))
}

/** A binomial blur, then every second pixel (Zhang 2019). */
function blurPool(x: Tensor): Tensor {
  const channels = x.shape[1]!
  const kernel = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((v) => v / 16)
  const all = Float32Array.from({ length: channels * 9 }, (_, i) => kernel[i % 9]!)
  return conv2d(padBorder(x, 'reflect', [1, 1, 1, 1]), constant(all, [channels, 1, 3, 3]), {
    stride: 2,
    groups: channels,
  })
}

const depthOf = (names: { has(key: string): boolean }): number =>
  countFrom(names, 0, (i) => `down_path.${i}.block.1.weight`)

export const scratchDetectorNetwork = networkKind({
  roles: { scratch_detector: 'scratch detector' },
  layout: z.strictObject({
    side: z.int().min(64).default(256).describe('Shorter side in pixels at which it looks.'),
    threshold: z.number().gt(0).lt(1).default(0.4).describe('From which answer on a pixel is damaged.'),
    antialias: z
      .boolean()
      .default(false)
      .describe('Whether photographs are made smaller for it without aliasing; the official code reads single pixels.'),
  }),
  files: '`detection/FT_Epoch_latest.pt` of Bringing-Old-Photos-Back-to-Life',
  landmarks: ['first.1.weight'],
  recognise: ({ tensors, at }) =>
    ['first.1.weight', 'down_path.0.block.1.weight', 'up_path.0.up.2.weight'].every((key) => tensors.has(key))
      ? [readScratchUnet(tensors, at)]
      : [],
  probe: (weights) => scratchLogits(weights, testPicture(1, 2 ** (depthOf(weights) + 1))),
})

function readScratchUnet(tensors: Tensors, at: string): Found {
  const match = matchTemplate('a scratch detector', tensors, scratchUnetTemplate(tensors))
  const widths = [match.sides.get('width 0'), match.sides.get(`width ${depthOf(tensors)}`)]
  const title = `scratch detector, ${widths.join(' to ')} channels`
  return { role: 'scratch_detector', title, at, tensors: match.tensors, notes: [] }
}

export function scratchUnetTemplate(tensors: { has(key: string): boolean }): Expected[] {
  const depth = depthOf(tensors)
  const width = (i: number) => `width ${i}`
  const convNorm = (name: string, place: number, to: string, from: string) => [
    ...layer(`${name}.${place}`, [to, from, 3, 3]),
    ...norm(`${name}.${place + 1}`, to),
  ]
  const down = Array.from({ length: depth }, (_, i) => [
    ...convNorm(`down_sample.${i}`, 1, width(i), width(i)),
    ...convNorm(`down_path.${i}.block`, 1, width(i + 1), width(i)),
    ...convNorm(`down_path.${i}.block`, 5, width(i + 1), width(i + 1)),
  ])
  const up = Array.from({ length: depth }, (_, i) => {
    const [from, to] = [width(depth - i), width(depth - 1 - i)]
    return [
      ...layer(`up_path.${i}.up.2`, [to, from, 3, 3]),
      ...convNorm(`up_path.${i}.conv_block.block`, 1, to, `${to} twice`),
      ...convNorm(`up_path.${i}.conv_block.block`, 5, to, to),
    ]
  })
  return [
    ...layer('first.1', [width(0), 1, 7, 7]),
    ...down.flat(),
    ...up.flat(),
    ...layer('last.1', [1, width(0), 3, 3]),
  ]
}
