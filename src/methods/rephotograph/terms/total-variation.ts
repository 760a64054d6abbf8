// Total variation of the result: the sum of its slopes, which grain and ripples raise and edges hardly do (Rudin, Osher
// and Fatemi 1992; as a loss on pictures Mahendran and Vedaldi 2015).

import { z } from 'zod'
import { positive } from '../../../config/schema-numbers.ts'
import { variation } from '../../../losses/total-variation.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

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
