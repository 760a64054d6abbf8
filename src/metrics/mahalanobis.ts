// How far a point lies from a normal distribution, in its own deviations (Mahalanobis 1936). For latents of a generator
// it tells plausible codes from codes that only happen to draw the picture (Wulff and Torralba 2020; Zhu et al. 2020).

import { MetricError } from './error.ts'

/** Lower triangle L of Σ = L·Lᵀ, row-major n × n, in float64. @throws MetricError when Σ is not positive definite. */
export function cholesky(matrix: ArrayLike<number>, n: number): Float64Array {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j]!
      for (let k = 0; k < j; k++) rest -= l[i * n + k]! * l[j * n + k]!
      if (i !== j) l[i * n + j] = rest / l[j * n + j]!
      else if (rest > 0) l[i * n + i] = Math.sqrt(rest)
      else throw new MetricError(`the covariance is not positive definite (pivot ${i} of ${n} is ${rest})`)
    }
  return l
}

/** L⁻¹ of a lower triangle: with it |L⁻¹·(x − mean)| is the Mahalanobis distance. */
export function invertTriangle(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  for (let column = 0; column < n; column++)
    for (let i = column; i < n; i++) {
      let rest = i === column ? 1 : 0
      for (let k = column; k < i; k++) rest -= l[i * n + k]! * inverse[k * n + column]!
      inverse[i * n + column] = rest / l[i * n + i]!
    }
  return inverse
}

/** A normal distribution as its mean and what whitens it: L⁻¹ of the covariance's Cholesky factor. */
export interface Whitening {
  readonly dimension: number
  readonly mean: Float64Array
  /** Row-major dimension × dimension, lower triangle. */
  readonly matrix: Float64Array
}

/** Share of the mean variance that is added to every variance: directions that hardly vary must not decide alone. */
const RIDGE = 1e-4

/** @param covariance row-major n × n */
export function whiteningOf(mean: ArrayLike<number>, covariance: ArrayLike<number>): Whitening {
  const n = mean.length
  if (covariance.length !== n * n) throw new MetricError(`expected ${n}×${n} covariances, got ${covariance.length}`)
  const ridged = Float64Array.from(covariance)
  let trace = 0
  for (let i = 0; i < n; i++) trace += ridged[i * n + i]!
  for (let i = 0; i < n; i++) ridged[i * n + i]! += (RIDGE * trace) / n
  return { dimension: n, mean: Float64Array.from(mean), matrix: invertTriangle(cholesky(ridged, n), n) }
}

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
