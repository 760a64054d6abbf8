// How old it is: the predicted age of the degraded result is that of the target (the ageing loss of Alaluf et al. 2021, SAM:
// here with the input's own age as the aim). Generators trained on portraits of the young rejuvenate their
// sitters; this pulls against it. The network is face-api's, and both pictures have gone through the same film.

import { z } from 'zod'
import { AGE_SIDE, faceAge } from '../../../features/face-age.ts'
import { faceApiWeights } from '../../../features/face-api-weights.ts'
import { alignedFace } from '../../../features/face-crop.ts'
import { abs, sub } from '../../../graph/elementwise.ts'
import { mean } from '../../../graph/reduce.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

export const age = termKind({
  schema: z
    .strictObject({ weight: weight('the predicted age; the raw loss counts years') })
    .describe('The degraded result looks as old as the target.'),
  defaults: () => ({ weight: 0 }),
  networks: () => ['ageGenderNet'],
  build: (_, context) => {
    const weights = faceApiWeights('ageGenderNet')
    const years = (image: Tensor): Tensor => faceAge(weights, alignedFace(image, AGE_SIDE))
    return mean(abs(sub(years(context.degraded()), context.once('age/target', years(context.target)))))
  },
})
