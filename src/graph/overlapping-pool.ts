// Maxima over 3×3 windows two apart, with their gradient, from ops that every device has: the maximum is separable, and
// along one axis the windows are the even positions, the odd ones, and the even ones again, one further.

import { maximum } from './elementwise.ts'
import { pad, reshape, sliceAxis } from './layout.ts'
import type { Tensor } from './tensor.ts'

/** Less than any feature; not −∞, which times 0 is no number. */
const LOWEST = -1e30

/**
 * x [N, C, H, W] → [N, C, ⌊(H − 1)/2⌋, ⌊(W − 1)/2⌋] ('valid'), or ⌈H/2⌉, ⌈W/2⌉ with windows that may hang over at the
 * bottom and right ('same', for even sides as TensorFlow has it). Where several elements of a window are its maximum,
 * the cotangent goes to one of them.
 */
export function maxPool3(x: Tensor, padding: 'valid' | 'same'): Tensor {
  return alongAxis(alongAxis(x, 2, padding), 3, padding)
}

function alongAxis(x: Tensor, axis: 2 | 3, padding: 'valid' | 'same'): Tensor {
  const side = x.shape[axis]!
  const count = padding === 'valid' ? Math.floor((side - 1) / 2) : Math.ceil(side / 2)
  // Positions 0 … 2·count are read: one more makes pairs of them.
  const wanted = 2 * count + 2
  const add = Math.max(0, wanted - side)
  const after = [0, 0, 0, 0]
  after[axis] = add
  const whole = sliceAxis(add > 0 ? pad(x, [0, 0, 0, 0], after, LOWEST) : x, axis, 0, wanted)
  const paired = reshape(
    whole,
    whole.shape.flatMap((s, i) => (i === axis ? [count + 1, 2] : [s])),
  )
  const phase = (which: 0 | 1, first: number): Tensor => {
    const one = sliceAxis(sliceAxis(paired, axis + 1, which, which + 1), axis, first, first + count)
    return reshape(
      one,
      x.shape.map((s, i) => (i === axis ? count : s)),
    )
  }
  return maximum(maximum(phase(0, 0), phase(1, 0)), phase(0, 1))
}
