// How far latents lie from the generator's own, in the deviations of w.

import { square, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { mean } from '../graph/reduce.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Whitening } from '../numbers/whitening.ts'

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
