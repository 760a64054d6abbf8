// Maxima of a matrix with where they are. ONNX's ArgMax gives int64 places, which leave the device on ONNX Runtime's
// WebGPU provider, and along columns it is slow on a CPU; comparing the whole matrix with its maxima costs three passes.
// So it is done in two stages: the maxima of about √n blocks are one pass over the matrix, and what comes after, finding
// the first block that has the maximum and the first place in it, looks at √n numbers per row.

import { add, equal, minimum, mul, sub, toFloat, toInt } from './elementwise.ts'
import { gather, gatherElements } from './gather.ts'
import { reshape } from './layout.ts'
import { max } from './reduce.ts'
import { type Shape, ShapeError, showShape } from './shape.ts'
import { constant, type Tensor } from './tensor.ts'

export interface Maxima {
  value: Tensor
  /** int32; the first of equal maxima. */
  index: Tensor
}

/** float32 counts no further, and places are computed in it. */
const MOST = 2 ** 24

/** Of each row of [m, n], the maximum and its column: [m] each. */
export function rowMaxima(x: Tensor): Maxima {
  const [m, n] = sides(x)
  const blocks = blockCount(n)
  const length = n / blocks
  if (m * blocks > MOST) throw new ShapeError(`rowMaxima: ${showShape(x.shape)} has too many blocks of columns`)
  const tops = max(reshape(x, [m, blocks, length]), [2])
  const value = max(tops, [1], true)
  const block = firstPlace(tops, value, 1)
  const inside = gather(reshape(x, [m * blocks, length]), toInt(add(block, counting(m, blocks, [m]))), 0)
  const index = toInt(add(mul(block, length), firstPlace(inside, value, 1)))
  return { value: reshape(value, [m]), index }
}

/** Of each column of [m, n], the maximum and its row: [n] each. */
export function columnMaxima(x: Tensor): Maxima {
  const [m, n] = sides(x)
  const blocks = blockCount(m)
  const length = m / blocks
  const tops = max(reshape(x, [blocks, length, n]), [1])
  const value = max(tops, [0], true)
  const start = mul(firstPlace(tops, value, 0), length)
  const inside = gatherElements(x, toInt(add(reshape(start, [1, n]), counting(length, 1, [length, 1]))), 0)
  return { value: reshape(value, [n]), index: toInt(add(start, firstPlace(inside, value, 0))) }
}

/** Where along `axis` of the matrix `value` comes first, as float32 without that axis. */
function firstPlace(x: Tensor, value: Tensor, axis: 0 | 1): Tensor {
  const count = x.shape[axis]!
  const rank = counting(count, -1, axis === 0 ? [count, 1] : [1, count], count)
  // NaN equals nothing, and an engine refuses places outside: then it is the last, and the value says what happened.
  return minimum(sub(count, max(mul(toFloat(equal(x, value)), rank), [axis])), count - 1)
}

/** start, start + step, start + 2·step, … */
function counting(count: number, step: number, shape: Shape, start = 0): Tensor {
  return constant(
    Array.from({ length: count }, (_, i) => start + step * i),
    shape,
  )
}

/** The divisor of n nearest to its root: few blocks, short blocks. */
function blockCount(n: number): number {
  let count = Math.floor(Math.sqrt(n))
  while (n % count !== 0) count--
  return count
}

function sides(x: Tensor): [number, number] {
  if (x.shape.length !== 2 || Math.max(...x.shape) > MOST)
    throw new ShapeError(`maxima: expected a matrix with sides up to ${MOST}, found ${showShape(x.shape)}`)
  return x.shape as [number, number]
}
