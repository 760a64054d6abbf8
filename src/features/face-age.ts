// Apparent age from face-api's age and gender network (a small Xception, Chollet 2017; trained as Rothe et al. 2018 do,
// age as a plain regression), on our graph, so that it can be differentiated.

import { conv2d } from '../graph/conv.ts'
import { add, relu } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { matmul } from '../graph/matmul.ts'
import { maxPool3 } from '../graph/overlapping-pool.ts'
import { mean } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { faceNetInput } from './face-descriptor.ts'
import { samePadding } from './same-padding.ts'

/** Side of the face that the network looks at. */
export const AGE_SIDE = 112

/**
 * @param weights face-api's ageGenderNet
 * @param x [N, 3, 112, 112] in ±1: the face alone (face-crop.ts)
 * @returns years, [N]
 */
export function faceAge(weights: Weights, x: Tensor): Tensor {
  return scope('face_age', () => {
    let h = relu(convolution(weights.at('entry_flow.conv_in'), faceNetInput(x), 2))
    h = reduction(weights.at('entry_flow.reduction_block_0'), h, h)
    h = reduction(weights.at('entry_flow.reduction_block_1'), h, relu(h))
    for (const block of ['middle_flow.main_block_0', 'middle_flow.main_block_1']) {
      let inner = h
      for (const name of ['separable_conv0', 'separable_conv1', 'separable_conv2'])
        inner = separable(weights.at(`${block}.${name}`), relu(inner))
      h = add(inner, h)
    }
    h = reduction(weights.at('exit_flow.reduction_block'), h, relu(h))
    h = relu(separable(weights.at('exit_flow.separable_conv'), h))
    const age = weights.at('fc.age')
    const pooled = mean(h, [2, 3])
    return reshape(add(matmul(pooled, age.get('weights')), age.get('bias')), [x.shape[0]!])
  })
}

function reduction(weights: Weights, x: Tensor, activated: Tensor): Tensor {
  const first = separable(weights.at('separable_conv0'), activated)
  const second = separable(weights.at('separable_conv1'), relu(first))
  return add(maxPool3(second, 'same'), convolution(weights.at('expansion_conv'), x, 2))
}

function convolution(weights: Weights, x: Tensor, stride: number): Tensor {
  const kernel = weights.get('filters')
  const padding = samePadding(x.shape, kernel.shape[2]!, stride)
  return conv2d(x, kernel, { stride, padding, bias: weights.get('bias') })
}

function separable(weights: Weights, x: Tensor): Tensor {
  const depthwise = weights.get('depthwise_filter')
  const spread = conv2d(x, depthwise, { padding: samePadding(x.shape, 3, 1), groups: depthwise.shape[0]! })
  return conv2d(spread, weights.get('pointwise_filter'), { bias: weights.get('bias') })
}
