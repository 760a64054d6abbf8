// The regulariser that keeps noise maps white, so that they cannot draw the picture (Karras et al. 2020, appendix D).

import { z } from 'zod'
import { MOST_PIXELS, positiveInteger } from '../../../config/schema-numbers.ts'
import { noiseCorrelation } from '../../../losses/noise-correlation.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

export const noise = termKind({
  schema: z
    .strictObject({
      weight: weight('the whiteness of the noise maps'),
      minSize: positiveInteger(MOST_PIXELS).describe('Side down to which the maps are halved and looked at again.'),
    })
    .describe('The noise maps stay noise.'),
  defaults: () => ({ weight: 5e4, minSize: 8 }),
  networks: () => [],
  build: ({ minSize }, context) => noiseCorrelation(context.noise, minSize),
})
