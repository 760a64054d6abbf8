// A picture continued beyond its edges by its own pixels.

import { concat, flip, sliceAxis } from './layout.ts'
import { ShapeError, showShape } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** How a border is filled: the edge pixel again, or the picture mirrored about its edge pixel (which is not repeated). */
export type Border = 'replicate' | 'reflect'

/**
 * x [N, C, H, W] with a border.
 * @param pads [top, left, bottom, right]; for 'reflect' each less than the side
 */
export function padBorder(x: Tensor, border: Border, pads: readonly [number, number, number, number]): Tensor {
  return continued(continued(x, border, 2, pads[0], pads[2]), border, 3, pads[1], pads[3])
}

function continued(x: Tensor, border: Border, axis: number, before: number, after: number): Tensor {
  const side = x.shape[axis]!
  if (border === 'reflect' && Math.max(before, after) >= side)
    throw new ShapeError(
      `padBorder: ${showShape(x.shape)} cannot be mirrored by ${Math.max(before, after)} along axis ${axis}; at most ${side - 1}`,
    )
  const edge = (at: number, count: number): Tensor[] =>
    Array.from({ length: count }, () => sliceAxis(x, axis, at, at + 1))
  const parts =
    border === 'replicate'
      ? [...edge(0, before), x, ...edge(side - 1, after)]
      : [
          ...(before > 0 ? [flip(sliceAxis(x, axis, 1, before + 1), [axis])] : []),
          x,
          ...(after > 0 ? [flip(sliceAxis(x, axis, side - 1 - after, side - 1), [axis])] : []),
        ]
  return parts.length === 1 ? x : concat(parts, axis)
}
