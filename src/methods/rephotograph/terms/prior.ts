// The latents stay where the generator's own are: mean squared distance to the mean of w, measured in the deviations of
// w (Mahalanobis). Inversions that may leave that cloud fit the picture better and stop being faces (Wulff and Torralba
// 2020, "Improving Inversion and Generation Diversity in StyleGAN using a Gaussianized Latent Space"; Zhu et al. 2020,
// "Improved StyleGAN Embedding: Where are the Good Latents?"). Both whiten behind the inverse of the last leaky ReLU; here
// w itself is taken, of which a pack knows mean and covariance.

import { z } from 'zod'
import { priorDistance } from '../../../losses/prior.ts'
import { whiteningOf } from '../../../numbers/whitening.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

export const prior = termKind({
  schema: z
    .strictObject({ weight: weight("the latents' distance to the generator's own") })
    .describe("The latents stay near the generator's prior; needs the pack's covariance of w."),
  defaults: () => ({ weight: 0 }),
  networks: () => ['w_stats'],
  build: (_, context) => {
    const stats = context.network('w_stats')
    if (!stats.has('cov'))
      throw new Error('losses.prior needs a pack with the covariance of w (w_stats: mean, cov); set its weight to 0')
    const [centre, covariance] = [stats.get('mean').read!(), stats.get('cov').read!()]
    return priorDistance(context.latent, whiteningOf(centre, covariance))
  },
})
