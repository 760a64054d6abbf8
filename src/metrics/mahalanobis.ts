// How far a point lies from a normal distribution, in its own deviations (Mahalanobis 1936). For latents of a generator
// it tells plausible codes from codes that only happen to draw the picture (Wulff and Torralba 2020; Zhu et al. 2020).

import type { Whitening } from '../numbers/whitening.ts'
import { MetricError } from './error.ts'

/**
 * Root mean square over the rows (layers of w+) and dimensions of the whitened latent: √(Σ d²/(rows·n)) with d the
 * Mahalanobis distance of a row. 1 is a typical sample of the prior, 0 its mean.
 */
export function mahalanobis(rows: ArrayLike<number>, { dimension: n, mean, matrix }: Whitening): number {
  if (rows.length === 0 || rows.length % n !== 0)
    throw new MetricError(`expected rows of ${n} numbers, got ${rows.length} numbers`)
  let total = 0
  for (let start = 0; start < rows.length; start += n)
    for (let i = 0; i < n; i++) {
      let white = 0
      for (let k = 0; k <= i; k++) white += matrix[i * n + k]! * (rows[start + k]! - mean[k]!)
      total += white * white
    }
  return Math.sqrt(total / rows.length)
}
