// Convolutions of the graph on TensorFlow.js. Padding is done apart and convolutions are 'valid', because backends differ
// in which explicit paddings they take; groups are a depthwise convolution, or several convolutions joined.

import type { Tensor4D, Tensor as TfTensor } from '@tensorflow/tfjs-core'
import type { Kernel } from './kernels.ts'
import { ints, toChannelsFirst, toChannelsLast } from './shapes.ts'
import type { TensorFlow } from './wasm.ts'

type Pair = [number, number]

/** @see conv2d in src/graph/conv.ts for shapes and attributes */
export const conv: Kernel = (tf, t, [x, kernel, bias]) => {
  const [top, left, bottom, right] = ints(t, 'pads') as [number, number, number, number]
  const groups = t.attributes.group as number
  const strides = ints(t, 'strides') as Pair
  const dilations = ints(t, 'dilations') as Pair
  const padded = padSides(tf, toChannelsLast(tf, x!), [top, bottom], [left, right])
  // TensorFlow.js refuses strides beside dilations: every position is computed then, and those between are left out.
  const both = strides.some((s) => s > 1) && dilations.some((d) => d > 1)
  const all = grouped(tf, padded, kernel as Tensor4D, groups, both ? [1, 1] : strides, dilations)
  const y = both ? tf.stridedSlice(all, [0, 0, 0, 0], all.shape, [1, ...strides, 1]) : all
  // Channels are last here, so a bias of one number per channel broadcasts.
  return toChannelsFirst(tf, bias ? tf.add(y, bias) : y)
}

function grouped(
  tf: TensorFlow,
  x: Tensor4D,
  kernel: Tensor4D,
  groups: number,
  strides: Pair,
  dilations: Pair,
): Tensor4D {
  const [o, perGroup, kh, kw] = kernel.shape
  if (groups === 1) return tf.conv2d(x, tf.transpose(kernel, [2, 3, 1, 0]), strides, 'valid', 'NHWC', dilations)
  if (perGroup === 1) {
    const each = tf.transpose(tf.reshape(kernel, [groups, o / groups, kh, kw]) as Tensor4D, [2, 3, 0, 1])
    return tf.depthwiseConv2d(x, each, strides, 'valid', 'NHWC', dilations)
  }
  const parts = tf.split(x, groups, 3) as Tensor4D[]
  const kernels = tf.split(kernel, groups, 0) as Tensor4D[]
  return tf.concat(
    parts.map((part, i) => grouped(tf, part, kernels[i]!, 1, strides, dilations)),
    3,
  )
}

/** @see convTranspose2d in src/graph/conv.ts for shapes and attributes */
export const convTranspose: Kernel = (tf, t, [x, kernel]) => {
  const [top, left] = ints(t, 'pads') as [number, number, number, number]
  const groups = t.attributes.group as number
  const strides = ints(t, 'strides') as Pair
  const [n, , height, width] = t.shape as [number, number, number, number]
  const parts = tf.split(toChannelsLast(tf, x!), groups, 3) as Tensor4D[]
  const kernels = tf.split(kernel as Tensor4D, groups, 0) as Tensor4D[]
  const whole = tf.concat(
    parts.map((part, i) => transposed(tf, part, kernels[i]!, strides)),
    3,
  )
  // Padding cuts the result; where output padding reaches beyond what the kernel wrote, there are zeros.
  const [, h, w, channels] = whole.shape
  const enough = padSides(tf, whole, [0, Math.max(0, top + height - h)], [0, Math.max(0, left + width - w)])
  return toChannelsFirst(tf, tf.slice(enough, [0, top, left, 0], [n, height, width, channels]))
}

/** Without padding: [N, H, W, O] → [N, (H − 1)·s + kh, …, C]. */
function transposed(tf: TensorFlow, x: Tensor4D, kernel: Tensor4D, [sh, sw]: Pair): Tensor4D {
  const [n, h, w] = x.shape
  const [, c, kh, kw] = kernel.shape
  const shape: [number, number, number, number] = [n, (h - 1) * sh + kh, (w - 1) * sw + kw, c]
  return tf.conv2dTranspose(x, tf.transpose(kernel, [2, 3, 1, 0]), shape, [sh, sw], 'valid')
}

function padSides(tf: TensorFlow, x: Tensor4D, rows: Pair, columns: Pair): Tensor4D {
  if (rows.every((n) => n === 0) && columns.every((n) => n === 0)) return x
  const around: Pair[] = [[0, 0], rows, columns, [0, 0]]
  return tf.pad(x as TfTensor, around, 0) as Tensor4D
}
