// dlib's face recognition network (King 2017; a ResNet after He et al. 2016 with 29 convolutions and half their filters),
// in the form and with the weights of face-api, on our graph, so that it can be differentiated. A face becomes 128
// numbers; those of one person lie within 0.6 of each other.

import { conv2d } from '../graph/conv.ts'
import { add, mul, relu, sub } from '../graph/elementwise.ts'
import { pad, reshape } from '../graph/layout.ts'
import { matmul } from '../graph/matmul.ts'
import { maxPool3 } from '../graph/overlapping-pool.ts'
import { avgPool } from '../graph/pool.ts'
import { mean } from '../graph/reduce.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'

/** Side of the face that the network looks at. */
export const DESCRIPTOR_SIDE = 150

/** Residual blocks in their order; those that halve the picture end in "down". */
const BLOCKS = [
  ...['32_1', '32_2', '32_3'],
  ...['64_down', '64_1', '64_2', '64_3'],
  ...['128_down', '128_1', '128_2'],
  ...['256_down', '256_1', '256_2', '256_down_out'],
] as const

/** face-api's mean colour, in 0 … 255. */
const MEAN = [122.782, 117.001, 104.298]

/** ±1 → what face-api's two face networks are given: (byte − mean)/255. */
export function faceNetInput(x: Tensor): Tensor {
  return sub(
    mul(add(x, 1), 0.5),
    constant(
      MEAN.map((m) => m / 255),
      [1, 3, 1, 1],
    ),
  )
}

/**
 * @param weights face-api's faceRecognitionNet
 * @param x [N, 3, 150, 150] in ±1: the face alone (face-crop.ts)
 * @returns [N, 128]
 */
export function faceDescriptor(weights: Weights, x: Tensor): Tensor {
  return scope('face_descriptor', () => {
    let h = maxPool3(relu(convolution(weights.at('conv32_down'), faceNetInput(x), 2)), 'valid')
    for (const block of BLOCKS) {
      const own = weights.at(`conv${block}`)
      h = scope(block, () => (block.includes('down') ? narrowing(own, h) : residual(own, h)))
    }
    return matmul(mean(h, [2, 3]), weights.get('fc'))
  })
}

function residual(weights: Weights, x: Tensor): Tensor {
  const inner = relu(convolution(weights.at('conv1'), x, 1))
  return relu(add(convolution(weights.at('conv2'), inner, 1), x))
}

/** Half the side, twice the channels: the input is averaged over 2×2 cells and filled up with zeros. */
function narrowing(weights: Weights, x: Tensor): Tensor {
  const inner = relu(convolution(weights.at('conv1'), x, 2))
  const out = convolution(weights.at('conv2'), inner, 1)
  const pooled = avgPool(x, 2)
  const [, channels, height, width] = out.shape as [number, number, number, number]
  const [, before, rows, columns] = pooled.shape as [number, number, number, number]
  const fitted = pad(out, [0, 0, 0, 0], [0, 0, rows - height, columns - width])
  const widened = pad(pooled, [0, 0, 0, 0], [0, channels - before, 0, 0])
  return relu(add(widened, fitted))
}

/** Convolution, bias, and dlib's learned scale and shift of every channel. Stride 1 keeps the size, 2 does not pad. */
function convolution(weights: Weights, x: Tensor, stride: 1 | 2): Tensor {
  const kernel = weights.get('conv.filters')
  const padding = stride === 1 ? (kernel.shape[2]! - 1) / 2 : 0
  const y = conv2d(x, kernel, { stride, padding, bias: weights.get('conv.bias') })
  const perChannel = (name: string): Tensor => reshape(weights.get(name), [1, kernel.shape[0]!, 1, 1])
  return add(mul(y, perChannel('scale.weights')), perChannel('scale.biases'))
}
