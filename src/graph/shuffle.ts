// Channels to pixels and back: what networks that enlarge do at their end, and some at their beginning.

import { reshape, transpose } from './layout.ts'
import { ShapeError, showShape } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** Where the pixels of a cell stand among channels: behind their colour (PyTorch's pixel_shuffle), or before it (TensorFlow). */
export type ShuffleOrder = 'color-first' | 'cell-first'

/** [N, C·s², H, W] → [N, C, H·s, W·s]. */
export function pixelShuffle(x: Tensor, s: number, order: ShuffleOrder = 'color-first'): Tensor {
  const [n, all, h, w] = x.shape as [number, number, number, number]
  const c = all / (s * s)
  if (!Number.isInteger(c)) throw new ShapeError(`pixelShuffle: ${showShape(x.shape)} has no cells of ${s}×${s}`)
  if (s === 1) return x
  const cells =
    order === 'color-first'
      ? transpose(reshape(x, [n, c, s, s, h, w]), [0, 1, 4, 2, 5, 3])
      : transpose(reshape(x, [n, s, s, c, h, w]), [0, 3, 4, 1, 5, 2])
  return reshape(cells, [n, c, h * s, w * s])
}

/** [N, C, H·s, W·s] → [N, C·s², H, W], the inverse of pixelShuffle. */
export function pixelUnshuffle(x: Tensor, s: number): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  if (h % s !== 0 || w % s !== 0)
    throw new ShapeError(`pixelUnshuffle: ${showShape(x.shape)} does not divide into cells of ${s}×${s}`)
  if (s === 1) return x
  const cells = transpose(reshape(x, [n, c, h / s, s, w / s, s]), [0, 1, 3, 5, 2, 4])
  return reshape(cells, [n, c * s * s, h / s, w / s])
}
