// A normal distribution by its mean and what whitens it, the inverse of its covariance's Cholesky factor.

import { NumericError } from './error.ts'

/** Lower triangle L of Σ = L·Lᵀ, row-major n × n, in float64. @throws NumericError when Σ is not positive definite. */
export function cholesky(matrix: ArrayLike<number>, n: number): Float64Array {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j]!
      for (let k = 0; k < j; k++) rest -= l[i * n + k]! * l[j * n + k]!
      if (i !== j) l[i * n + j] = rest / l[j * n + j]!
      else if (rest > 0) l[i * n + i] = Math.sqrt(rest)
      else throw new NumericError(`the covariance is not positive definite (pivot ${i} of ${n} is ${rest})`)
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
  if (covariance.length !== n * n) throw new NumericError(`expected ${n}×${n} covariances, got ${covariance.length}`)
  const ridged = Float64Array.from(covariance)
  let trace = 0
  for (let i = 0; i < n; i++) trace += ridged[i * n + i]!
  for (let i = 0; i < n; i++) ridged[i * n + i]! += (RIDGE * trace) / n
  return { dimension: n, mean: Float64Array.from(mean), matrix: invertTriangle(cholesky(ridged, n), n) }
}
