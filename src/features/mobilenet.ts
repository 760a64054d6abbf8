// MobileNet v1 (Howard et al. 2017) as trained for face-api's SSD face detector: features of faces that no loss of ours
// looks through, so what they say of a result is independent evidence.

import { conv2d } from '../graph/conv.ts'
import { add, clamp, div, mul, sqrt, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { samePadding } from './same-padding.ts'

/** Of the batch normalisation, as face-api has it. */
const EPSILON = 0.0010000000474974513
const STRIDED: readonly number[] = [2, 4, 6, 12]

const perChannel = (t: Tensor): Tensor => reshape(t, [1, t.shape[0]!, 1, 1])
const relu6 = (t: Tensor): Tensor => clamp(t, 0, 6)

/**
 * Features behind the pointwise convolutions of the given blocks (1 … 13).
 * @param weights face-api's ssdMobilenetv1
 * @param x [N, 3, H, W] in ±1, which is what the network expects
 */
export function mobilenetFeatures(weights: Weights, x: Tensor, blocks: readonly number[]): Tensor[] {
  const net = weights.at('MobilenetV1')
  const found = new Map<number, Tensor>()
  scope('mobilenet', () => {
    let h = pointwise(net.at('Conv2d_0_pointwise'), x, 2)
    for (let block = 1; block <= Math.max(...blocks); block++) {
      const stride = STRIDED.includes(block) ? 2 : 1
      h = pointwise(net.at(`Conv2d_${block}_pointwise`), depthwise(net.at(`Conv2d_${block}_depthwise`), h, stride), 1)
      found.set(block, h)
    }
  })
  return blocks.map((block) => found.get(block)!)
}

function pointwise(weights: Weights, x: Tensor, stride: number): Tensor {
  const kernel = weights.get('weights')
  const padding = samePadding(x.shape, kernel.shape[2]!, stride)
  return relu6(conv2d(x, kernel, { stride, padding, bias: weights.get('convolution_bn_offset') }))
}

function depthwise(weights: Weights, x: Tensor, stride: number): Tensor {
  const kernel = weights.get('depthwise_weights')
  const y = conv2d(x, kernel, { stride, padding: samePadding(x.shape, 3, stride), groups: kernel.shape[0]! })
  const norm = weights.at('BatchNorm')
  const factor = div(norm.get('gamma'), sqrt(add(norm.get('moving_variance'), EPSILON)))
  return relu6(add(mul(sub(y, perChannel(norm.get('moving_mean'))), perChannel(factor)), perChannel(norm.get('beta'))))
}
