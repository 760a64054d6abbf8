// The regulariser that keeps noise maps white, so that they cannot draw the picture (Karras et al. 2020, appendix D).

import { z } from 'zod'
import { add, mul, square } from '../../graph/elementwise.ts'
import { roll } from '../../graph/layout.ts'
import { avgPool } from '../../graph/pool.ts'
import { mean } from '../../graph/reduce.ts'
import { scope, type Tensor } from '../../graph/tensor.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

/**
 * Sum over the maps and their halvings down to `minSize` of the squared correlation with their neighbours; maps of side
 * ≤ minSize count once.
 * @param noise [1, 1, r, r] each
 */
export function noiseCorrelation(noise: readonly Tensor[], minSize = 8): Tensor {
  return scope('noise_correlation', () => {
    const terms: Tensor[] = []
    for (const map of noise) {
      let n = map
      for (;;) {
        terms.push(square(mean(mul(n, roll(n, 1, 3)))), square(mean(mul(n, roll(n, 1, 2)))))
        if (n.shape[2]! <= minSize) break
        n = avgPool(n, 2)
      }
    }
    return terms.reduce(add)
  })
}

export const noise = termKind({
  schema: z
    .strictObject({
      weight: weight('the whiteness of the noise maps'),
      minSize: z.int().min(1).describe('Side down to which the maps are halved and looked at again.'),
    })
    .describe('The noise maps stay noise.'),
  defaults: () => ({ weight: 5e4, minSize: 8 }),
  networks: () => [],
  build: ({ minSize }, context) => noiseCorrelation(context.noise, minSize),
})
