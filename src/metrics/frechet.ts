// Fréchet distance of two sets of vectors, each taken as a Gaussian: the "FID" formula with any feature, here face
// descriptors. D. Dowson, B. Landau 1982; M. Heusel et al. 2017.

import { symmetricEigen } from '../numbers/symmetric-eigen.ts'
import { MetricError } from './error.ts'

export interface Gaussian {
  readonly mean: Float64Array
  /** Row-major n × n, unbiased (divided by count − 1). */
  readonly covariance: Float64Array
}

/** Mean and covariance in float64. @throws MetricError for fewer than two vectors or unequal lengths. */
export function gaussianOf(vectors: readonly ArrayLike<number>[]): Gaussian {
  const n = vectors[0]?.length ?? 0
  if (vectors.length < 2 || n === 0) throw new MetricError(`expected two or more vectors, got ${vectors.length}`)
  const mean = new Float64Array(n)
  for (const vector of vectors) {
    if (vector.length !== n) throw new MetricError(`expected vectors of ${n} numbers, got one of ${vector.length}`)
    for (let i = 0; i < n; i++) mean[i]! += vector[i]! / vectors.length
  }
  const covariance = new Float64Array(n * n)
  const centred = new Float64Array(n)
  for (const vector of vectors) {
    for (let i = 0; i < n; i++) centred[i] = vector[i]! - mean[i]!
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) covariance[i * n + j]! += centred[i]! * centred[j]!
  }
  return { mean, covariance: covariance.map((x) => x / (vectors.length - 1)) }
}

function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const x = a[i * n + k]!
      for (let j = 0; j < n; j++) out[i * n + j]! += x * b[k * n + j]!
    }
  }
  return out
}

/** Square root of a symmetric positive semidefinite matrix; eigenvalues below 0 are rounding and count as 0. */
export function squareRoot(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  const scaled = vectors.map((x, i) => x * Math.sqrt(Math.max(values[i % n]!, 0)))
  const transposed = vectors.map((_, i) => vectors[(i % n) * n + Math.floor(i / n)]!)
  return multiply(scaled, transposed, n)
}

/**
 * |m1 − m2|² + tr(C1 + C2 − 2·(C1^½ · C2 · C1^½)^½), ≥ 0. The inner product is symmetric, so no complex square root
 * is needed, also for rank-deficient covariances (fewer vectors than numbers in each).
 * @throws MetricError when the sizes differ.
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const n = a.mean.length
  if (b.mean.length !== n) throw new MetricError(`expected Gaussians of one size, got ${n} and ${b.mean.length}`)
  const root = squareRoot(a.covariance, n)
  const product = multiply(multiply(root, b.covariance, n), root, n)
  const symmetric = product.map((x, i) => (x + product[(i % n) * n + Math.floor(i / n)]!) / 2)
  const { values } = symmetricEigen(symmetric, n)
  let distance = 0
  for (let i = 0; i < n; i++) {
    distance += (a.mean[i]! - b.mean[i]!) ** 2
    distance += a.covariance[i * n + i]! + b.covariance[i * n + i]! - 2 * Math.sqrt(Math.max(values[i]!, 0))
  }
  return Math.max(distance, 0)
}
