// A value that is computed by ordinary ops and differentiated by a rule of its own (the idea is JAX's custom_vjp). It is
// for computations whose gradient has a closed form with far fewer passes over large matrices than the chain of their
// ops: the walk of `gradients` goes from the value straight to its causes and never sees what is between them.

import { ShapeError, showShape } from './shape.ts'
import { node, type Tensor } from './tensor.ts'

/**
 * The same numbers as `value`, whose cotangent goes to `causes` as `rule` says.
 * @param causes every tensor by which something learned moves the value; nothing flows anywhere else
 * @param rule from the cotangent of the value to one for each cause, of its shape; it may use whatever the value was
 *   made of. A cotangent that nobody asks for is never computed
 */
export function customGradient(
  value: Tensor,
  causes: readonly Tensor[],
  rule: (dy: Tensor) => readonly (Tensor | undefined)[],
): Tensor {
  const gradient = (dy: Tensor): readonly (Tensor | undefined)[] => {
    const parts = rule(dy)
    causes.forEach(({ shape }, i) => {
      const part = parts[i]
      if (part && showShape(part.shape) !== showShape(shape))
        throw new ShapeError(
          `customGradient: cause ${i} is ${showShape(shape)}, its cotangent came out as ${showShape(part.shape)}`,
        )
    })
    return parts
  }
  return node({ op: 'Identity', inputs: [value], shape: value.shape, causes, gradient })
}
