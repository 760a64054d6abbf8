// The latents stay where the generator's own are: mean squared distance to the mean of w, measured in the deviations of
// w (Mahalanobis). Inversions that may leave that cloud fit the picture better and stop being faces (Wulff and Torralba
// 2020, "Improving Inversion and Generation Diversity in StyleGAN using a Gaussianized Latent Space"; Zhu et al. 2020,
// "Improved StyleGAN Embedding: Where are the Good Latents?"). Both whiten behind the inverse of the last leaky ReLU; here
// w itself is taken, of which a pack knows mean and covariance.

import { z } from 'zod'
import { square, sub } from '../../graph/elementwise.ts'
import { reshape } from '../../graph/layout.ts'
import { matmul, swap } from '../../graph/matmul.ts'
import { mean } from '../../graph/reduce.ts'
import { constant, scope, type Tensor } from '../../graph/tensor.ts'
import { type Whitening, whiteningOf } from '../../metrics/mahalanobis.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

/**
 * Mean over latents and dimensions of the squared whitened latent: 1 for typical samples, the square of the metric
 * `prior.latent`.
 * @param latent [1, n, styleDim]
 */
export function priorDistance(latent: Tensor, { dimension, mean: centre, matrix }: Whitening): Tensor {
  return scope('prior', () => {
    const rows = reshape(latent, [latent.shape[1]!, dimension])
    const centred = sub(rows, constant(centre, [1, dimension]))
    return mean(square(matmul(centred, swap(constant(matrix, [dimension, dimension])))))
  })
}

export const prior = termKind({
  schema: z
    .strictObject({ weight: weight("the latents' distance to the generator's own") })
    .describe("The latents stay near the generator's prior; needs the pack's covariance of w."),
  defaults: () => ({ weight: 0 }),
  networks: () => ['w_stats'],
  build: (_, context) => {
    const stats = context.networks.wStats
    if (!stats?.has('cov'))
      throw new Error('losses.prior needs a pack with the covariance of w (w_stats: mean, cov); set its weight to 0')
    const [centre, covariance] = [stats.get('mean').read!(), stats.get('cov').read!()]
    return priorDistance(context.latent, whiteningOf(centre, covariance))
  },
})
