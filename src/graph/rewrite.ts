// Graph to graph: every node passes through a rule, operands first. Tensors are immutable, so what changes is built
// again and everything that depends on it follows; the rest stays the very same tensors.

import { ancestors } from './gradients.ts'
import { node, scope, type Tensor } from './tensor.ts'

/**
 * What stands for each tensor of the graph after the rule. For graphs that are differentiated already: a node that is
 * built again has no gradient.
 * @param rule sees a node whose operands are rewritten; gives it back, or another tensor of the same shape
 */
export function rewrite(outputs: readonly Tensor[], rule: (t: Tensor) => Tensor): Map<Tensor, Tensor> {
  const replaced = new Map<Tensor, Tensor>()
  for (const t of ancestors(outputs)) {
    const inputs = t.inputs.map((i) => replaced.get(i)!)
    const same = inputs.every((operand, i) => operand === t.inputs[i])
    replaced.set(
      t,
      scope(t.scope, () => rule(same ? t : withInputs(t, inputs))),
    )
  }
  return replaced
}

/** The same op on other operands of the same shapes. */
export function withInputs(t: Tensor, inputs: readonly Tensor[]): Tensor {
  const { op, shape, dtype, attributes, name } = t
  return node({ op, inputs, shape, dtype, attributes: { ...attributes }, ...(name !== undefined && { name }) })
}
