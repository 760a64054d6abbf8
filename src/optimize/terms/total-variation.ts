// Total variation of the result: the sum of its slopes, which grain and ripples raise and edges hardly do (Rudin, Osher
// and Fatemi 1992; as a loss on pictures Mahendran and Vedaldi 2015).

import { z } from 'zod'
import { positive } from '../../config/schema-numbers.ts'
import { abs, add, sqrt, square, sub } from '../../graph/elementwise.ts'
import { sliceAxis } from '../../graph/layout.ts'
import { mean } from '../../graph/reduce.ts'
import { scope, type Tensor } from '../../graph/tensor.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

/**
 * Mean over the pixels but the last row and column: 'isotropic' √(dx² + dy² + ε²), 'anisotropic' |dx| + |dy|.
 * @param x [N, C, H, W]
 */
export function variation(x: Tensor, kind: 'isotropic' | 'anisotropic', epsilon: number): Tensor {
  return scope('total_variation', () => {
    const [h, w] = x.shape.slice(2) as [number, number]
    const here = sliceAxis(sliceAxis(x, 2, 0, h - 1), 3, 0, w - 1)
    const down = sub(sliceAxis(sliceAxis(x, 2, 1, h), 3, 0, w - 1), here)
    const right = sub(sliceAxis(sliceAxis(x, 2, 0, h - 1), 3, 1, w), here)
    if (kind === 'anisotropic') return mean(add(abs(down), abs(right)))
    return mean(sqrt(add(add(square(down), square(right)), epsilon * epsilon)))
  })
}

export const totalVariation = termKind({
  schema: z
    .strictObject({
      weight: weight('the total variation of the result'),
      kind: z
        .enum(['isotropic', 'anisotropic'])
        .describe('"isotropic": length of the slope; "anisotropic": sum of its parts, which prefers upright edges.'),
      epsilon: positive(2).describe('Slopes below this count as flat, in the range of −1 … 1; isotropic only.'),
    })
    .describe('The result is without grain and ripples of its own.'),
  defaults: () => ({ weight: 0, kind: 'isotropic' as const, epsilon: 0.01 }),
  networks: () => [],
  build: ({ kind, epsilon }, context) => variation(context.image, kind, epsilon),
})
