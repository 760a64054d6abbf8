// Reverse-mode differentiation into the same graph: one walk from the result to its causes, adding up cotangents.

import { add } from './elementwise.ts'
import { ShapeError, showShape, sizeOf } from './shape.ts'
import { constant, node, scalar, scope, type Tensor } from './tensor.ts'

/** Every tensor that `outputs` depend on, themselves included, in topological order. */
export function ancestors(outputs: readonly Tensor[]): Tensor[] {
  return reachable(outputs, (t) => t.inputs)
}

function reachable(outputs: readonly Tensor[], before: (t: Tensor) => readonly Tensor[]): Tensor[] {
  const seen = new Set<Tensor>()
  const stack = [...outputs]
  for (let t = stack.pop(); t; t = stack.pop()) {
    if (seen.has(t)) continue
    seen.add(t)
    stack.push(...before(t))
  }
  return [...seen].sort((a, b) => a.id - b.id)
}

/**
 * ∂loss/∂x for each x of `wrt`, as tensors of the same graph.
 * @param loss a single number, shape [] or all ones
 * @throws ShapeError when the loss is not a single number, an x is an Expand (the ops that read it look through it), or a
 *   path to an x passes an op that has no gradient
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (sizeOf(loss.shape) !== 1)
    throw new ShapeError(`gradients: the loss must be a single number, got ${showShape(loss.shape)}`)
  const expanded = wrt.find((x) => x.op === 'Expand')
  if (expanded)
    throw new ShapeError(
      `gradients: ask for the gradient of what was expanded to ${showShape(expanded.shape)}, not of the result`,
    )
  const order = reachable([loss], causesOf)
  const needed = new Set<Tensor>(wrt)
  for (const t of order) if (causesOf(t).some((i) => needed.has(i))) needed.add(t)

  const cotangents = new Map<Tensor, Tensor>()
  cotangents.set(loss, loss.shape.length === 0 ? scalar(1) : constant([1], loss.shape))
  for (const t of order.reverse()) {
    const dy = cotangents.get(t)
    if (!dy || !needed.has(t) || t.inputs.length === 0) continue
    if (!t.gradient) {
      // Identity is how stopGradient is spelt: nothing flows, on purpose. Comparisons have no slope.
      if (t.op === 'Identity' || t.op === 'Cast' || t.dtype !== 'float32') continue
      throw new ShapeError(`gradients: ${t.op} at "${t.scope}" ${showShape(t.shape)} has no gradient`)
    }
    const rule = t.gradient
    const parts = scope(t.scope ? `d(${t.scope})` : 'd', () => rule(dy, t))
    parts.forEach((part, i) => {
      const operand = causesOf(t)[i]
      if (!operand || !needed.has(operand)) return
      if (!part) {
        if (operand.dtype !== 'float32') return
        throw new ShapeError(
          `gradients: ${t.op} at "${t.scope}" ${showShape(t.shape)} has no gradient for its operand ${i + 1}`,
        )
      }
      const sofar = cotangents.get(operand)
      cotangents.set(operand, sofar ? add(sofar, part) : part)
    })
  }
  return wrt.map((x) => cotangents.get(x) ?? zerosLike(x))
}

/** Where the cotangent of t goes. */
function causesOf(t: Tensor): readonly Tensor[] {
  return t.causes ?? t.inputs
}

function zerosLike(x: Tensor): Tensor {
  return node({ op: 'Expand', inputs: [constant([0], [1])], shape: x.shape, attributes: { shape: x.shape } })
}
