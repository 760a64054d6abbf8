// The transformer of arbitrary styles (Ghiasi et al. 2017): a style is a vector, from which scale and shift of every norm behind the
// first three convolutions follow. Whole kernels and mirrored borders, or convolutions of one channel each and zeros beyond the edge.

import { z } from 'zod'
import { conv2d } from '../graph/conv.ts'
import { add, relu, sigmoid } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { linear } from '../graph/linear.ts'
import { upsampleNearest } from '../graph/pool.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture, waves } from '../networks/probe-input.ts'
import { type Beyond, bordered, styledNorm } from './layers.ts'
import { recogniseTransformer } from './transformer-files.ts'

/** Sides of its pictures are multiples of this. */
export const TRANSFORMER_MULTIPLE = 4

/** How many numbers a style has. */
export function styleLength(weights: Weights): number {
  return weights.shape('expand.0.gamma.weight')[1]!
}

/**
 * @param content [1, 3, H, W] in 0..1, sides multiples of 4
 * @param style [1, numbers]
 * @returns [1, 3, H, W] in 0..1
 */
export function stylized(weights: Weights, content: Tensor, style: Tensor): Tensor {
  return stylizedStages(weights, content, style).out
}

/** What it computes on its way, for tests as well. */
export function stylizedStages(weights: Weights, content: Tensor, style: Tensor) {
  return scope('style-transformer', () => {
    const beyond: Beyond = weights.has('zero_border') ? 'zero' : 'reflect'
    const layer = (name: string, x: Tensor) => {
      const at = weights.at(name)
      const y = convolved(at, x, beyond)
      const of = (part: 'gamma' | 'beta') => reshape(linear(style, at.at(part)), [y.shape[1]!])
      return styledNorm(y, of('gamma'), of('beta'), 1e-5)
    }
    let contract = relu(bordered(weights.at('contract.0'), content, beyond))
    for (const i of [1, 2]) contract = relu(bordered(weights.at(`contract.${i}`), contract, beyond, 2))
    let residual = contract
    for (let i = 0; i < weights.count('residual'); i++)
      residual = add(residual, layer(`residual.${i}.1`, relu(layer(`residual.${i}.0`, residual))))
    let h = residual
    for (const i of [0, 1]) h = relu(layer(`expand.${i}`, upsampleNearest(h, 2)))
    return { contract, residual, out: sigmoid(layer('expand.2', h)) }
  })
}

function convolved(weights: Weights, x: Tensor, beyond: Beyond): Tensor {
  if (!weights.has('depthwise')) return bordered(weights, x, beyond)
  return conv2d(bordered(weights, x, beyond, 1, x.shape[1]!, 'depthwise'), weights.get('pointwise'))
}

export const styleTransformerNetwork = networkKind({
  roles: { style_transformer: 'transformer of arbitrary styles' },
  layout: z.strictObject({}),
  files:
    "Magenta's `style_transfer_*.tflite`; the separable transformer of `@magenta/image` (`model.json`), which needs no predictor of its own",
  landmarks: ['contract.0.weight'],
  recognise: ({ tensors, at }) => {
    const found = recogniseTransformer(tensors)
    return found ? [{ role: 'style_transformer', at, ...found }] : []
  },
  probe(weights) {
    const length = styleLength(weights)
    return stylized(
      weights,
      testPicture(3, 16),
      constant(
        waves(length).map((v) => v * 0.3),
        [1, length],
      ),
    )
  },
})
