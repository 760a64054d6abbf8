// MobileFaceNet (Chen et al. 2018) with ArcFace's training (Deng et al. 2019), as InsightFace publishes it for MXNet: who somebody is, in
// 128 numbers. No loss looks through it, so it judges what losses did.

import { z } from 'zod'
import type { TensorSource } from '../checkpoint/value.ts'
import { conv2d } from '../graph/conv.ts'
import { add, div, mul, rsqrt, sqrt, square, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { prelu } from '../graph/prelu.ts'
import { sum } from '../graph/reduce.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { waves } from '../networks/probe-input.ts'
import { countFrom, type Expected, matchTemplate } from '../networks/template.ts'

/** Side of the face that it looks at, its eyes, nose and mouth where ArcFace has them. */
export const ARCFACE_SIDE = 112

/** Where its blocks halve the picture, and the runs of residual blocks behind them. */
const STAGES = [
  { halving: 'dconv_23', residual: 'res_3' },
  { halving: 'dconv_34', residual: 'res_4' },
  { halving: 'dconv_45', residual: 'res_5' },
] as const

const blockName = (residual: string, i: number) => `${residual}_block${i}`

/**
 * @param x [N, 3, 112, 112] in ±1
 * @returns [N, 128], of length 1: cosines are inner products
 */
export function mobileFaceNet(weights: Weights, x: Tensor): Tensor {
  return scope('arcface', () => {
    // (byte − 127.5)/128
    let h = convolution(weights, 'conv_1', mul(x, 127.5 / 128), { stride: 2 })
    h = convolution(weights, 'conv_2_dw', h)
    for (const { halving, residual } of STAGES) {
      h = bottleneck(weights, halving, h, 2)
      for (let i = 0; weights.has(`${blockName(residual, i)}_conv_sep_conv2d_weight`); i++)
        h = add(bottleneck(weights, blockName(residual, i), h, 1), h)
    }
    h = convolution(weights, 'conv_6sep', h)
    h = convolution(weights, 'conv_6dw7_7', h, { padded: false })
    const [n, channels] = h.shape as [number, number, number, number]
    const dense = add(matmul(reshape(h, [n, channels]), swap(weights.get('fc1_weight'))), weights.get('pre_fc1_bias'))
    // A norm whose scale is fixed at 1, whatever the file has there.
    const scale = rsqrt(add(weights.get('fc1_moving_var'), 2e-5))
    const out = add(mul(sub(dense, weights.get('fc1_moving_mean')), scale), weights.get('fc1_beta'))
    return div(out, sqrt(sum(square(out), [1], true)))
  })
}

function bottleneck(weights: Weights, name: string, x: Tensor, stride: 1 | 2): Tensor {
  const wide = convolution(weights, `${name}_conv_sep`, x)
  return convolution(weights, `${name}_conv_proj`, convolution(weights, `${name}_conv_dw`, wide, { stride }))
}

/** Convolution (each channel alone where the kernel has one input), norm, and PReLU where there are slopes for it. */
function convolution(
  weights: Weights,
  name: string,
  x: Tensor,
  { stride = 1, padded = true }: { stride?: 1 | 2; padded?: boolean } = {},
): Tensor {
  const kernel = weights.get(`${name}_conv2d_weight`)
  const [out, perGroup, side] = kernel.shape as [number, number, number, number]
  const groups = x.shape[1]! / perGroup
  const y = conv2d(x, kernel, { stride, groups, padding: padded ? (side - 1) / 2 : 0 })
  const channel = (part: string): Tensor => reshape(weights.get(`${name}_batchnorm_${part}`), [1, out, 1, 1])
  const scale = mul(channel('gamma'), rsqrt(add(channel('moving_var'), 1e-3)))
  const normed = add(mul(y, scale), sub(channel('beta'), mul(channel('moving_mean'), scale)))
  const slopes = `${name}_relu_gamma`
  return weights.has(slopes) ? prelu(normed, reshape(weights.get(slopes), [out])) : normed
}

function template(tensors: ReadonlyMap<string, TensorSource>): Expected[] {
  const conv = (name: string, out: string, perGroup: number | string, side: number, slopes = true): Expected[] => [
    { key: `${name}_conv2d_weight`, shape: [out, perGroup, side, side] },
    ...['gamma', 'beta', 'moving_mean', 'moving_var'].map((part) => ({
      key: `${name}_batchnorm_${part}`,
      shape: [out],
    })),
    ...(slopes ? [{ key: `${name}_relu_gamma`, shape: slopesShape(tensors, name, out) }] : []),
  ]
  const block = (name: string, from: string, wide: string, to: string): Expected[] => [
    ...conv(`${name}_conv_sep`, wide, from, 1),
    ...conv(`${name}_conv_dw`, wide, 1, 3),
    ...conv(`${name}_conv_proj`, to, wide, 1, false),
  ]
  let from = 'first'
  const stages = STAGES.flatMap(({ halving, residual }) => {
    const to = `channels after ${halving}`
    const count = countFrom(tensors, 0, (i) => `${blockName(residual, i)}_conv_sep_conv2d_weight`)
    const blocks = [
      ...block(halving, from, `inside ${halving}`, to),
      ...Array.from({ length: count }, (_, i) => block(blockName(residual, i), to, `inside ${residual}`, to)).flat(),
    ]
    from = to
    return blocks
  })
  return [
    ...conv('conv_1', 'first', 3, 3),
    ...conv('conv_2_dw', 'first', 1, 3),
    ...stages,
    ...conv('conv_6sep', 'last', from, 1),
    ...conv('conv_6dw7_7', 'last', 1, 7, false),
    { key: 'fc1_weight', shape: ['numbers', 'last'] },
    { key: 'pre_fc1_bias', shape: ['numbers'] },
    ...['beta', 'moving_mean', 'moving_var'].map((part) => ({ key: `fc1_${part}`, shape: ['numbers'] })),
  ]
}

/** Slopes are [channels], in some files with sides of 1 behind. */
function slopesShape(tensors: ReadonlyMap<string, TensorSource>, name: string, out: string): (string | number)[] {
  return [out, ...(tensors.get(`${name}_relu_gamma`)?.shape.slice(1) ?? [])]
}

export const arcfaceNetwork = networkKind({
  roles: { arcface: 'ArcFace, who somebody is' },
  layout: z.strictObject({}),
  files: 'InsightFace’s MobileFaceNet for MXNet (`model-0000.params`); judges identity, no loss looks through it',
  landmarks: ['conv_1_conv2d_weight'],
  recognise: ({ tensors, at }) => {
    if (!tensors.has('conv_1_conv2d_weight') || !tensors.has('conv_6dw7_7_conv2d_weight')) return []
    const { tensors: used, sides } = matchTemplate('MobileFaceNet', tensors, template(tensors))
    return [{ role: 'arcface', title: `MobileFaceNet, ${sides.get('numbers')} numbers`, at, tensors: used, notes: [] }]
  },
  probe: (weights) =>
    mobileFaceNet(weights, constant(waves(3 * ARCFACE_SIDE ** 2), [1, 3, ARCFACE_SIDE, ARCFACE_SIDE])),
})
