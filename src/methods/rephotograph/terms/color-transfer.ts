// Colour transfer: the Gram matrices of the generator's colour outputs stay those of the sibling (Luo et al. 2021,
// section 4.3, after Gatys et al. 2016).

import { z } from 'zod'
import { positiveInteger } from '../../../config/schema-numbers.ts'
import { gramDistance, gramMatrix } from '../../../losses/gram.ts'
import { termKind } from '../term.ts'
import { sibling, weight } from '../term-schema.ts'

export const colorTransfer = termKind({
  schema: z
    .strictObject({
      weight: weight('the colour statistics of the sibling'),
      levels: positiveInteger(16).describe(
        'How many of the coarsest colour outputs of the generator are compared; by default those up to the resolution of the last stage.',
      ),
      sibling: sibling.describe('The sibling to compare with, as for the contextual loss.'),
    })
    .describe("The generator's colour outputs have the statistics of the sibling's."),
  // The number of levels follows from the stages of the optimization: src/methods/rephotograph/resolve.ts.
  defaults: () => ({ weight: 1e10, levels: 5, sibling: 'first' as const }),
  networks: () => [],
  misfit: ({ levels }, size) => {
    const outputs = Math.log2(size) - 1
    return levels > outputs ? ['levels', `at most ${outputs}, the colour outputs of a ${size} px generator`] : undefined
  },
  build: (config, context) => {
    const grams = context
      .sibling(config.sibling)
      .rgbs.slice(0, config.levels)
      .map((rgb, i) => context.once(`colorTransfer/gram${i}`, gramMatrix(rgb)))
    return gramDistance(context.rgbs, grams)
  },
})
