// The same program in the shape that ONNX Runtime's WebGPU kernels are quick at. Their reductions give each result one
// workgroup (64 threads, 256 where there is one result), which walks over everything it sums: the mean of a large feature
// map keeps one corner of a GPU busy for milliseconds. Axis by axis, there are as many workgroups as there are rows.

import { where } from '../../graph/elementwise.ts'
import { reshape } from '../../graph/layout.ts'
import { rewrite } from '../../graph/rewrite.ts'
import { sizeOf } from '../../graph/shape.ts'
import { node, type Tensor } from '../../graph/tensor.ts'
import type { Program } from '../contract.ts'

/** Numbers that one thread may walk over. */
const longestWalk = 64

/**
 * Channels first, since they are the innermost axis of the layout that convolutions have there and so need no
 * transposition; then rows, then columns.
 */
const orderOfAxes = [1, 3, 2, 0]

export function forWebGpu(program: Program): Program {
  const state = Object.entries(program.state ?? {})
  const replaced = rewrite([...Object.values(program.outputs), ...state.map(([, { next }]) => next)], (t) =>
    selectedProduct(inParallel(t)),
  )
  return {
    ...program,
    outputs: Object.fromEntries(Object.entries(program.outputs).map(([name, t]) => [name, replaced.get(t)!])),
    state: Object.fromEntries(state.map(([name, { current, next }]) => [name, { current, next: replaced.get(next)! }])),
  }
}

/** Numbers that each thread of a reduction walks over; 0 for what is none. */
export function walkOf(t: Tensor): number {
  if (!t.op.startsWith('Reduce')) return 0
  const results = sizeOf(t.shape)
  return sizeOf(t.inputs[0]!.shape) / results / (results === 1 ? 256 : 64)
}

/** A long reduction of several axes as one of each. */
function inParallel(t: Tensor): Tensor {
  if (walkOf(t) <= longestWalk) return t
  const x = t.inputs[0]!
  const axes = (t.attributes.axes as number[]).filter((axis) => x.shape[axis] !== 1)
  if (axes.length < 2) return t
  axes.sort((a, b) => orderOfAxes.indexOf(a) - orderOfAxes.indexOf(b))
  const reduced = axes.reduce((part, axis) => {
    const shape = part.shape.map((side, i) => (i === axis ? 1 : side))
    return node({ op: t.op, inputs: [part], shape, attributes: { axes: [axis], keepdims: 1 } })
  }, x)
  return reshape(reduced, t.shape)
}

/**
 * x · (1 where the condition holds, 0 elsewhere) as a choice between x and 0: one pass instead of two. An x that is not
 * finite where the condition does not hold becomes 0 and not NaN.
 */
function selectedProduct(t: Tensor): Tensor {
  if (t.op !== 'Mul') return t
  const at = t.inputs.findIndex((i) => i.op === 'Cast' && i.dtype === 'float32' && i.inputs[0]!.dtype === 'bool')
  return at < 0 ? t : where(t.inputs[at]!.inputs[0]!, t.inputs[1 - at]!, 0)
}
