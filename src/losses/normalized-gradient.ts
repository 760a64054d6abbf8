// Features whose cotangent is brought to the same size whatever the loss behind them (`-normalize_gradients` of
// neural-style; K. Crowson's scaled losses): weights then say how hard each layer pulls, not how large its numbers are.

import { customGradient } from '../graph/custom-gradient.ts'
import { abs, add, div, mul } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { sum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'

/**
 * x itself; the cotangent is divided by the sum of its magnitudes and multiplied by `strength`. A weight of the loss behind it is
 * divided away, too: it has to be the strength.
 */
export function withNormalizedGradient(x: Tensor, strength: number): Tensor {
  return customGradient(mul(x, 1), [x], (dy) => {
    const rows = reshape(dy, [x.shape[1]!, -1])
    return [mul(div(dy, add(sum(sum(abs(rows), [1])), 1e-8)), strength)]
  })
}
