// The contextual loss (Mechrez et al. 2018): every feature of one picture should find its like somewhere in the other.

import { add, log, neg } from '../graph/elementwise.ts'
import { gather } from '../graph/gather.ts'
import { reshape } from '../graph/layout.ts'
import { mean } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import { contextualLikeness } from './contextual-likeness.ts'

/**
 * @param x features of the sibling [1, C, H, W]
 * @param y features of the result, same shape
 * @param bandwidth h of exp((1 − d̃)/h)
 * @param subset int32 indices of the points to compare; undefined: all of them
 */
export function contextualDistance(x: Tensor, y: Tensor, bandwidth: number, subset?: Tensor): Tensor {
  return scope('contextual', () => {
    const [pointsX, pointsY] = [x, y].map((t) => (subset ? gather(points(t), subset, 1) : points(t))) as [
      Tensor,
      Tensor,
    ]
    // The mean of those points that are compared: the subset is drawn before it is taken.
    const centre = mean(pointsY, [1], true)
    return neg(log(add(contextualLikeness(pointsX, pointsY, centre, bandwidth), 1e-5)))
  })
}

/** [1, C, H, W] → [C, H·W]. */
function points(t: Tensor): Tensor {
  const [, c, h, w] = t.shape as [number, number, number, number]
  return reshape(t, [c, h * w])
}
