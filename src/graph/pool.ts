// 2-D pooling without overlap or padding, and nearest-neighbour enlargement: the transposes of each other.

import { div, equal, mul, where } from './elementwise.ts'
import { expand, reshape, slice } from './layout.ts'
import { mean } from './reduce.ts'
import { ShapeError, showShape } from './shape.ts'
import { constant, node, type Tensor } from './tensor.ts'

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
 * Maxima of k×k cells. The cotangent goes to the first element of a cell that equals its maximum, as in PyTorch. Ties are
 * not rare: where a picture is clipped, whole regions of feature maps are equal, and sending the cotangent to each of
 * them would make the gradient of everything global (the camera) grow fourfold at every pool.
 */
export function maxPool(x: Tensor, k: number): Tensor {
  const [n, c, h, w] = cells('MaxPool', x, k)
  const whole = slice(x, [0, 0, 0, 0], [n, c, h * k, w * k])
  return node({
    op: 'MaxPool',
    inputs: [whole],
    shape: [n, c, h, w],
    attributes: { kernel_shape: [k, k], strides: [k, k], pads: [0, 0, 0, 0] },
    gradient: (dy, y) => {
      const rank = where(equal(whole, upsampleNearest(y, k)), tieOrder(k, h, w), 0)
      const first = equal(rank, upsampleNearest(maxPool(rank, k), k))
      return [where(first, upsampleNearest(dy, k), 0)]
    },
  })
}

/** k², k² − 1, … 1 in every k×k cell, row by row: the first of a cell's elements ranks highest. [1, 1, k·h, k·w]. */
function tieOrder(k: number, h: number, w: number): Tensor {
  const cell = constant(
    Array.from({ length: k * k }, (_, i) => k * k - i),
    [1, 1, 1, k, 1, k],
  )
  return reshape(expand(cell, [1, 1, h, k, w, k]), [1, 1, h * k, w * k])
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
  return node({
    op: 'Resize',
    inputs: [x],
    shape: [n, c, h * k, w * k],
    attributes: {
      scales: [1, 1, k, k],
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    },
    gradient: (dy) => [mul(avgPool(dy, k), k * k)],
  })
}

/** Mean over height and width, kept as 1×1. */
export function globalMean(x: Tensor): Tensor {
  return mean(x, [2, 3], true)
}
