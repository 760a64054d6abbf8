// BiSeNet (Yu et al. 2018) for face parsing: a ResNet18 trunk, attention refinement on its two deepest maps, and a
// fusion with the finer one. The training heads (`conv_out16`, `conv_out32`) are left out. As files: the face parser of
// zllrunning/face-parsing.PyTorch (`79999_iter.pth`), 19 classes of CelebAMask-HQ.

import { z } from 'zod'
import { imagenetNormalized } from '../features/normalization.ts'
import { conv2d } from '../graph/conv.ts'
import { add, mul, relu, sigmoid } from '../graph/elementwise.ts'
import { concat } from '../graph/layout.ts'
import { batchNorm } from '../graph/normalize.ts'
import { globalMean, maxPoolWindows, upsampleNearest } from '../graph/pool.ts'
import { resizeBilinear } from '../graph/resample.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { NetworkError } from '../networks/errors.ts'
import type { Found } from '../networks/found.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { type Expected, layer, matchTemplate, norm, type Tensors } from '../networks/template.ts'

/** @param x [N, 3, s, s], ImageNet-normalised, s a multiple of 32; @returns class scores [N, classes, s, s] */
export function bisenet(weights: Weights, x: Tensor): Tensor {
  return scope('bisenet', () => {
    const context = weights.at('cp')
    const [f8, f16, f32] = resnet18(context.at('resnet'), x)
    const average = convBnRelu(context.at('conv_avg'), globalMean(f32), 0)
    const refined32 = add(attentionRefinement(context.at('arm32'), f32), average)
    const u32 = convBnRelu(context.at('conv_head32'), upsampleNearest(refined32, 2), 1)
    const refined16 = add(attentionRefinement(context.at('arm16'), f16), u32)
    const u16 = convBnRelu(context.at('conv_head16'), upsampleNearest(refined16, 2), 1)
    const fused = featureFusion(weights.at('ffm'), f8, u16)
    const head = weights.at('conv_out')
    const scores = conv2d(convBnRelu(head.at('conv'), fused, 1), head.get('conv_out.weight'))
    return resizeBilinear(scores, x.shape[2]!, x.shape[3]!, true)
  })
}

function convBnRelu(weights: Weights, x: Tensor, padding: number): Tensor {
  return relu(batchNorm(conv2d(x, weights.get('conv.weight'), { padding }), weights.at('bn')))
}

function attentionRefinement(weights: Weights, x: Tensor): Tensor {
  const f = convBnRelu(weights.at('conv'), x, 1)
  const attention = batchNorm(conv2d(globalMean(f), weights.get('conv_atten.weight')), weights.at('bn_atten'))
  return mul(f, sigmoid(attention))
}

function featureFusion(weights: Weights, fine: Tensor, coarse: Tensor): Tensor {
  const f = convBnRelu(weights.at('convblk'), concat([fine, coarse], 1), 0)
  const squeezed = relu(conv2d(globalMean(f), weights.get('conv1.weight')))
  return add(f, mul(f, sigmoid(conv2d(squeezed, weights.get('conv2.weight')))))
}

/** Maps at 1/8, 1/16 and 1/32 of the side. */
function resnet18(weights: Weights, x: Tensor): [Tensor, Tensor, Tensor] {
  let h = relu(batchNorm(conv2d(x, weights.get('conv1.weight'), { stride: 2, padding: 3 }), weights.at('bn1')))
  h = maxPoolWindows(h, 3, 2, 1)
  const maps: Tensor[] = []
  for (let layer = 1; layer <= 4; layer++)
    for (let i = 0; i < 2; i++) {
      h = basicBlock(weights.at(`layer${layer}.${i}`), h, layer > 1 && i === 0 ? 2 : 1)
      if (i === 1) maps.push(h)
    }
  return [maps[1]!, maps[2]!, maps[3]!]
}

function basicBlock(weights: Weights, x: Tensor, stride: number): Tensor {
  let h = relu(batchNorm(conv2d(x, weights.get('conv1.weight'), { stride, padding: 1 }), weights.at('bn1')))
  h = batchNorm(conv2d(h, weights.get('conv2.weight'), { padding: 1 }), weights.at('bn2'))
  const shortcut = weights.has('downsample.0.weight')
    ? batchNorm(conv2d(x, weights.get('downsample.0.weight'), { stride }), weights.at('downsample.1'))
    : x
  return relu(add(h, shortcut))
}

export const bisenetNetwork = networkKind({
  roles: { bisenet: 'BiSeNet face parser' },
  layout: z.strictObject({
    inputSize: z.int().positive().default(512).describe('Side in pixels at which it looks.'),
    classes: z.array(z.string()).optional().describe('Names of the classes, where they are not CelebAMask-HQ’s.'),
  }),
  files: '`79999_iter.pth` of face-parsing.PyTorch',
  landmarks: ['cp.resnet.conv1.weight'],
  recognise: ({ tensors, at }) =>
    tensors.has('cp.resnet.conv1.weight') && tensors.has('ffm.convblk.conv.weight') ? [readBiSeNet(tensors, at)] : [],
  probe: (weights) => bisenet(weights, imagenetNormalized(testPicture(3, 256))),
})

function readBiSeNet(tensors: Tensors, at: string): Found {
  const match = matchTemplate('a BiSeNet face parser', tensors, bisenetTemplate(tensors))
  const classes = match.sides.get('classes')
  if (classes !== 19)
    throw new NetworkError(`a BiSeNet with ${classes} classes; the skin mask needs the 19 of CelebAMask-HQ`)
  return { role: 'bisenet', title: 'BiSeNet, 19 classes', at, tensors: match.tensors, notes: [] }
}

function bisenetTemplate(tensors: Tensors): Expected[] {
  const conv = (name: string, shape: (string | number)[]) => layer(name, shape, { bias: false })
  const block = (name: string, to: string, from: string, k: number) => [
    ...conv(`${name}.conv`, [to, from, k, k]),
    ...norm(`${name}.bn`, to),
  ]
  const parts: Expected[] = [...conv('cp.resnet.conv1', ['w1', 3, 7, 7]), ...norm('cp.resnet.bn1', 'w1')]
  for (let stage = 1; stage <= 4; stage++)
    for (let i = 0; i < 2; i++) {
      const to = `w${stage}`
      const from = i === 0 && stage > 1 ? `w${stage - 1}` : to
      const name = `cp.resnet.layer${stage}.${i}`
      parts.push(...conv(`${name}.conv1`, [to, from, 3, 3]), ...norm(`${name}.bn1`, to))
      parts.push(...conv(`${name}.conv2`, [to, to, 3, 3]), ...norm(`${name}.bn2`, to))
      if (tensors.has(`${name}.downsample.0.weight`))
        parts.push(...conv(`${name}.downsample.0`, [to, from, 1, 1]), ...norm(`${name}.downsample.1`, to))
    }
  for (const [arm, from] of [
    ['arm16', 'w3'],
    ['arm32', 'w4'],
  ] as const)
    parts.push(
      ...block(`cp.${arm}.conv`, 'mid', from, 3),
      ...conv(`cp.${arm}.conv_atten`, ['mid', 'mid', 1, 1]),
      ...norm(`cp.${arm}.bn_atten`, 'mid'),
    )
  parts.push(
    ...block('cp.conv_head32', 'mid', 'mid', 3),
    ...block('cp.conv_head16', 'mid', 'mid', 3),
    ...block('cp.conv_avg', 'mid', 'w4', 1),
    ...block('ffm.convblk', 'fused', 'w2 and mid', 1),
    ...conv('ffm.conv1', ['squeezed', 'fused', 1, 1]),
    ...conv('ffm.conv2', ['fused', 'squeezed', 1, 1]),
    ...block('conv_out.conv', 'head', 'fused', 3),
    ...conv('conv_out.conv_out', ['classes', 'head', 1, 1]),
  )
  return parts
}
