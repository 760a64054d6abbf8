// Picking slices by index, with the indices given at run time; the transpose adds them back where they came from.

import { expand, reshape } from './layout.ts'
import { normalizeAxes, type Shape, ShapeError, showShape } from './shape.ts'
import { constant, node, type Tensor } from './tensor.ts'

/** x taken at `indices` (int32, [k]; ONNX Runtime's WebGPU provider would take int64 ones back to the CPU) along `axis`. */
export function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = normalizeAxes('Gather', [axis], x.shape)[0]!
  if (indices.dtype !== 'int32' || indices.shape.length !== 1)
    throw new ShapeError(`Gather: indices must be int32 [k], got ${indices.dtype} ${showShape(indices.shape)}`)
  const count = indices.shape[0]!
  return node({
    op: 'Gather',
    inputs: [x, indices],
    shape: x.shape.map((side, i) => (i === at ? count : side)),
    attributes: { axis: at },
    gradient: (dy) => [scatterAdd(dy, indices, at, x.shape), undefined],
  })
}

/**
 * x at one place for each index: out[i, j] = x[indices[i, j], j] along axis 0 of a matrix, [k, n] → [k, n]. No gradient:
 * it serves custom ones.
 */
export function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = normalizeAxes('GatherElements', [axis], x.shape)[0]!
  const fits = indices.shape.length === x.shape.length && x.shape.every((s, i) => i === at || s === indices.shape[i])
  if (indices.dtype !== 'int32' || !fits)
    throw new ShapeError(
      `GatherElements: ${indices.dtype} ${showShape(indices.shape)} does not index ${showShape(x.shape)} along axis ${at}`,
    )
  return node({ op: 'GatherElements', inputs: [x, indices], shape: indices.shape, attributes: { axis: at } })
}

/** Zeros of `shape` to which the slices of x are added at `indices` (int32, [k]) along `axis`; some may meet. */
export function scatterAdd(x: Tensor, indices: Tensor, axis: number, shape: Shape): Tensor {
  const spread = expand(
    reshape(
      indices,
      x.shape.map((side, i) => (i === axis ? side : 1)),
    ),
    x.shape,
  )
  const zeros = expand(constant([0], [1]), shape)
  return node({
    op: 'ScatterElements',
    inputs: [zeros, spread, x],
    shape,
    attributes: { axis, reduction: 'add' },
    gradient: (dy) => [undefined, undefined, gather(dy, indices, axis)],
  })
}
