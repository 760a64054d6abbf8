// What tells a style's numbers from a picture: a MobileNetV2 (Sandler et al. 2018) with its batch norms folded in, and a linear layer behind
// the mean over all places. Borders are TensorFlow's: of even sides the picture is padded at its end alone where it is halved.

import { z } from 'zod'
import { conv2d } from '../graph/conv.ts'
import { add, clamp } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { linear } from '../graph/linear.ts'
import { globalMean } from '../graph/pool.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { recognisePredictor } from './predictor-files.ts'

/** Blocks that halve the picture, as in MobileNetV2. */
const HALVING = [1, 3, 6, 13]

/** @param picture [1, 3, side, side] in 0..1; @returns [1, numbers] */
export function styleVector(weights: Weights, picture: Tensor): Tensor {
  return scope('style-predictor', () => {
    let h = relu6(convolution(weights.at('stem'), picture, 2))
    for (let i = 0; i < weights.count('blocks'); i++)
      h = block(weights.at(`blocks.${i}`), h, HALVING.includes(i) ? 2 : 1)
    const pooled = globalMean(relu6(convolution(weights.at('head'), h)))
    return linear(reshape(pooled, [1, pooled.shape[1]!]), weights.at('out'))
  })
}

const relu6 = (x: Tensor) => clamp(x, 0, 6)

/** Widened, each channel by itself, narrowed; beside the shortcut where that fits. */
function block(weights: Weights, x: Tensor, stride: number): Tensor {
  const wide = weights.has('expand.weight') ? relu6(convolution(weights.at('expand'), x)) : x
  const each = relu6(convolution(weights.at('depthwise'), wide, stride, wide.shape[1]!))
  const y = convolution(weights.at('project'), each)
  return stride === 1 && y.shape[1] === x.shape[1] ? add(x, y) : y
}

function convolution(weights: Weights, x: Tensor, stride = 1, groups = 1): Tensor {
  const kernel = weights.get('weight')
  const all = (length: number, k: number) => Math.max(0, (Math.ceil(length / stride) - 1) * stride + k - length)
  const [h, w] = [all(x.shape[2]!, kernel.shape[2]!), all(x.shape[3]!, kernel.shape[3]!)]
  const [top, left] = [h >> 1, w >> 1]
  return conv2d(x, kernel, { stride, groups, bias: weights.get('bias'), padding: [top, left, h - top, w - left] })
}

export const stylePredictorNetwork = networkKind({
  roles: { style_predictor: 'predictor of arbitrary styles' },
  layout: z.strictObject({
    side: z.int().min(32).max(1024).default(256).describe('Side in pixels of the square that a style is brought to.'),
  }),
  files: "Magenta's `style_predict_*.tflite`, also quantised",
  landmarks: ['stem.weight'],
  recognise: ({ tensors, at }) => {
    const found = recognisePredictor(tensors)
    return found ? [{ role: 'style_predictor', at, ...found }] : []
  },
  probe: (weights) => styleVector(weights, testPicture(3, 64)),
})
