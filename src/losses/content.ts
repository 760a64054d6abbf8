// What is in a picture, by deep features (Gatys, Ecker and Bethge 2016, equation 1).

import { add, div, square, sub } from '../graph/elementwise.ts'
import { mean } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'

/** Mean over the layers of the mean squared difference, as a share of the target's mean square. */
export function contentDistance(result: readonly Tensor[], target: readonly Tensor[]): Tensor {
  return scope('content', () =>
    div(
      result.map((f, i) => div(mean(square(sub(f, target[i]!))), add(mean(square(target[i]!)), 1e-12))).reduce(add),
      result.length,
    ),
  )
}
