// Transposed convolutions of stride 2 as one convolution: every pixel becomes a cell of 2×2, whose four pixels are made as channels.
// ONNX Runtime's ConvTranspose would be two to four times as slow and hold a copy of x for every place of the kernel.

import { conv2d } from './conv.ts'
import { ShapeError, showShape } from './shape.ts'
import { pixelShuffle } from './shuffle.ts'
import { constant, type Tensor } from './tensor.ts'

/** Along a side: the places of the kernel that the first and the second pixel of a cell see at each place of a window; −1: none. */
interface Taps {
  readonly size: number
  readonly first: readonly number[]
  readonly second: readonly number[]
  /** Places of the window before the cell's own. */
  readonly before: number
}

const TAPS = {
  /** 4×4, padding 1. */
  four: { size: 4, first: [3, 1, -1], second: [-1, 2, 0], before: 1 },
  /** 3×3, padding 1 and one more row and column at the end, as PyTorch's `output_padding`. */
  three: { size: 3, first: [1, -1], second: [2, 0], before: 0 },
  /** 3×3 as TensorFlow's "SAME": the transpose of a convolution that is padded at the end alone. */
  same: { size: 3, first: [2, 0], second: [-1, 1], before: 1 },
} as const satisfies Record<string, Taps>

/** Which transposed convolution it is. */
export type Enlarging = keyof typeof TAPS

/**
 * x [N, from, H, W] twice as large.
 * @param kernel a constant [from, to, k, k], as PyTorch has it
 * @param bias a constant [to]
 */
export function enlarge(x: Tensor, kernel: Tensor, kind: Enlarging, bias?: Tensor): Tensor {
  const taps = TAPS[kind]
  const [from, to, h, w] = kernel.shape as [number, number, number, number]
  if (h !== taps.size || w !== taps.size || !kernel.read)
    throw new ShapeError(
      `enlarge: expected a constant kernel of ${taps.size}×${taps.size}, found ${showShape(kernel.shape)}`,
    )
  const window = taps.first.length
  const cells = constant(
    () => asCells(kernel.read!(), from, to, taps),
    [4 * to, from, window, window],
    `${kernel.name}/cells`,
  )
  const after = window - 1 - taps.before
  const biases =
    bias && constant(() => Float32Array.from({ length: 4 * to }, (_, i) => bias.read!()[i >> 2]!), [4 * to])
  const wide = conv2d(x, cells, { padding: [taps.before, taps.before, after, after], ...(biases && { bias: biases }) })
  return pixelShuffle(wide, 2)
}

/** [from, to, k, k] → [4·to, from, window, window], the four pixels of a cell behind each other. */
function asCells(kernel: ArrayLike<number>, from: number, to: number, { size, first, second }: Taps): Float32Array {
  const out = new Float32Array(4 * to * from * first.length ** 2)
  let target = 0
  for (let o = 0; o < to; o++)
    for (const row of [first, second])
      for (const column of [first, second])
        for (let i = 0; i < from; i++)
          for (const y of row)
            for (const x of column) out[target++] = y < 0 || x < 0 ? 0 : kernel[((i * to + o) * size + y) * size + x]!
  return out
}
