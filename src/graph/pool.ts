// 2-D pooling without overlap or padding, and nearest-neighbour enlargement: the transposes of each other.

import { div, equal, where } from './elementwise.ts'
import { expand, reshape, slice } from './layout.ts'
import { mean } from './reduce.ts'
import { ShapeError, showShape } from './shape.ts'
import { node, type Tensor } from './tensor.ts'

function cells(op: string, x: Tensor, k: number): [number, number, number, number] {
  const [n, c, h, w] = x.shape
  if (x.shape.length !== 4 || h! < k || w! < k)
    throw new ShapeError(`${op}: ${showShape(x.shape)} has no ${k}×${k} cell`)
  return [n!, c!, Math.floor(h! / k), Math.floor(w! / k)]
}

/** Means of k×k cells; a remainder at the bottom and right is dropped. */
export function avgPool(x: Tensor, k: number): Tensor {
  const [n, c, h, w] = cells('AveragePool', x, k)
  const whole = slice(x, [0, 0, 0, 0], [n, c, h * k, w * k])
  return node({
    op: 'AveragePool',
    inputs: [whole],
    shape: [n, c, h, w],
    attributes: { kernel_shape: [k, k], strides: [k, k] },
    gradient: (dy) => [upsampleNearest(div(dy, k * k), k)],
  })
}

/**
 * Maxima of k×k cells of a ReLU's output. The cotangent goes to every element that equals the maximum: ties happen only
 * at zero, where the ReLU before it passes nothing on.
 */
export function maxPoolAfterRelu(x: Tensor, k: number): Tensor {
  const [n, c, h, w] = cells('MaxPool', x, k)
  const whole = slice(x, [0, 0, 0, 0], [n, c, h * k, w * k])
  return node({
    op: 'MaxPool',
    inputs: [whole],
    shape: [n, c, h, w],
    attributes: { kernel_shape: [k, k], strides: [k, k], pads: [0, 0, 0, 0] },
    gradient: (dy, y) => [where(equal(whole, upsampleNearest(y, k)), upsampleNearest(dy, k), 0)],
  })
}

/** Maxima over overlapping windows (BiSeNet's first pool); forward only. */
export function maxPoolWindows(x: Tensor, k: number, stride: number, padding: number): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const side = (length: number): number => Math.floor((length + 2 * padding - k) / stride) + 1
  return node({
    op: 'MaxPool',
    inputs: [x],
    shape: [n, c, side(h), side(w)],
    attributes: { kernel_shape: [k, k], strides: [stride, stride], pads: [padding, padding, padding, padding] },
  })
}

/** Every pixel becomes a k×k cell. Its transpose sums the cells. */
export function upsampleNearest(x: Tensor, k: number): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  return reshape(expand(reshape(x, [n, c, h, 1, w, 1]), [n, c, h, k, w, k]), [n, c, h * k, w * k])
}

/** Mean over height and width, kept as 1×1. */
export function globalMean(x: Tensor): Tensor {
  return mean(x, [2, 3], true)
}
