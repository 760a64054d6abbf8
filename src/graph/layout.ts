// Ops that move numbers without changing them: their transposes move them back.

import { sumTo } from './reduce.ts'
import { broadcastShapes, type Shape, ShapeError, sameShape, showShape, sizeOf } from './shape.ts'
import { node, type Tensor } from './tensor.ts'

/** The same numbers in row-major order under another shape; one side may be −1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.filter((side) => side !== -1)
  const full =
    known.length === shape.length ? shape : shape.map((s) => (s === -1 ? sizeOf(x.shape) / sizeOf(known) : s))
  if (sizeOf(full) !== sizeOf(x.shape))
    throw new ShapeError(`Reshape: ${showShape(x.shape)} does not have as many numbers as ${showShape(shape)}`)
  if (sameShape(full, x.shape)) return x
  return node({
    op: 'Reshape',
    inputs: [x],
    shape: full,
    dtype: x.dtype,
    attributes: { shape: full },
    gradient: (dy) => [reshape(dy, x.shape)],
  })
}

/** out[i] takes the place of axis permutation[i]. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const rank = x.shape.length
  if (permutation.length !== rank || new Set(permutation).size !== rank || permutation.some((p) => p < 0 || p >= rank))
    throw new ShapeError(`Transpose: [${permutation.join(', ')}] does not permute the axes of ${showShape(x.shape)}`)
  if (permutation.every((p, i) => p === i)) return x
  const inverse = permutation.map((_, i) => permutation.indexOf(i))
  return node({
    op: 'Transpose',
    inputs: [x],
    shape: permutation.map((p) => x.shape[p]!),
    dtype: x.dtype,
    attributes: { perm: permutation },
    gradient: (dy) => [transpose(dy, inverse)],
  })
}

/** x repeated along sides that are 1 (or absent at the front), to a shape that it broadcasts to. */
export function expand(x: Tensor, shape: Shape): Tensor {
  const full = broadcastShapes('Expand', x.shape, shape)
  if (!sameShape(full, shape))
    throw new ShapeError(`Expand: ${showShape(x.shape)} does not broadcast to ${showShape(shape)}`)
  if (sameShape(full, x.shape)) return x
  return node({
    op: 'Expand',
    inputs: [x],
    shape: full,
    dtype: x.dtype,
    attributes: { shape: full },
    gradient: (dy) => [sumTo(dy, x.shape)],
  })
}

/** Zeros (or `value`) around: `before` and `after` count per axis and may not be negative. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  if (before.length !== x.shape.length || after.length !== x.shape.length || [...before, ...after].some((n) => n < 0))
    throw new ShapeError(`Pad: [${before.join(', ')}], [${after.join(', ')}] do not pad ${showShape(x.shape)}`)
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return x
  return node({
    op: 'Pad',
    inputs: [x],
    shape: x.shape.map((side, i) => side + before[i]! + after[i]!),
    attributes: { pads: [...before, ...after], value },
    gradient: (dy) => [
      slice(
        dy,
        before,
        x.shape.map((side, i) => side + before[i]!),
      ),
    ],
  })
}

/** x[start : end] along every axis. */
export function slice(x: Tensor, start: readonly number[], end: readonly number[]): Tensor {
  const bad = x.shape.some((side, i) => !(start[i]! >= 0 && start[i]! < end[i]! && end[i]! <= side))
  if (start.length !== x.shape.length || end.length !== x.shape.length || bad)
    throw new ShapeError(`Slice: [${start.join(', ')}] to [${end.join(', ')}] is not inside ${showShape(x.shape)}`)
  if (start.every((s, i) => s === 0 && end[i] === x.shape[i])) return x
  return node({
    op: 'Slice',
    inputs: [x],
    shape: start.map((s, i) => end[i]! - s),
    dtype: x.dtype,
    attributes: { starts: start, ends: end, steps: start.map(() => 1) },
    gradient: (dy) => [
      pad(
        dy,
        start,
        x.shape.map((side, i) => side - end[i]!),
      ),
    ],
  })
}

/** x[start : end] along one axis. */
export function sliceAxis(x: Tensor, axis: number, start: number, end: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length : axis
  return slice(
    x,
    x.shape.map((_, i) => (i === at ? start : 0)),
    x.shape.map((side, i) => (i === at ? end : side)),
  )
}

/** Reversed along `axes`; its own transpose. */
export function flip(x: Tensor, axes: readonly number[]): Tensor {
  const reversed = x.shape.map((_, i) => axes.includes(i))
  if (!reversed.some((r, i) => r && x.shape[i]! > 1)) return x
  return node({
    op: 'Slice',
    inputs: [x],
    shape: x.shape,
    attributes: {
      starts: x.shape.map((side, i) => (reversed[i] ? side - 1 : 0)),
      // One before the first element is "−1 − side" to ONNX, which reads a plain −1 as the last one.
      ends: x.shape.map((side, i) => (reversed[i] ? -1 - side : side)),
      steps: reversed.map((r) => (r ? -1 : 1)),
    },
    gradient: (dy) => [flip(dy, axes)],
  })
}

/** Parts one after the other along an axis; their other sides are equal. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0]
  if (!first) throw new ShapeError('Concat: nothing to join')
  if (parts.length === 1) return first
  const at = axis < 0 ? axis + first.shape.length : axis
  for (const p of parts)
    if (p.shape.length !== first.shape.length || p.shape.some((side, i) => i !== at && side !== first.shape[i]))
      throw new ShapeError(`Concat: ${parts.map((t) => showShape(t.shape)).join(', ')} do not join along axis ${axis}`)
  const sides = parts.map((p) => p.shape[at]!)
  return node({
    op: 'Concat',
    inputs: parts,
    shape: first.shape.map((side, i) => (i === at ? sides.reduce((a, b) => a + b, 0) : side)),
    dtype: first.dtype,
    attributes: { axis: at },
    gradient: (dy) => {
      let start = 0
      return sides.map((side) => {
        start += side
        return sliceAxis(dy, at, start - side, start)
      })
    },
  })
}

/** Shifted cyclically by `shift` (> 0: towards higher indices) along `axis`, as torch.roll. */
export function roll(x: Tensor, shift: number, axis: number): Tensor {
  const side = x.shape[axis < 0 ? axis + x.shape.length : axis]!
  const cut = side - (((shift % side) + side) % side)
  if (cut === side) return x
  return concat([sliceAxis(x, axis, cut, side), sliceAxis(x, axis, 0, cut)], axis)
}
