/**
 * Ridge regression on standardised features, their squares and products (Hoerl and Kennard 1970): smooth, solved in closed form,
 * small enough to be kept as numbers in a JSON file.
 */
import { symmetricEigen } from '../numbers/symmetric-eigen.ts'

export interface QuadraticModel {
  /** Mean and deviation of each feature. */
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
  /** Of 1, the features, and the products i ≤ j, in this order. */
  readonly weights: readonly number[]
}

/** Features beyond this many deviations are taken for it: a parabola far from its data says nothing. */
const REACH = 4

/** @returns 1, the standardised features, and their products. */
function terms(features: ArrayLike<number>, { mean, deviation }: Omit<QuadraticModel, 'weights'>): Float64Array {
  const n = mean.length
  const out = new Float64Array(1 + n + (n * (n + 1)) / 2)
  out[0] = 1
  for (let i = 0; i < n; i++) {
    const z = (features[i]! - mean[i]!) / deviation[i]!
    out[1 + i] = Math.min(REACH, Math.max(-REACH, z))
  }
  for (let i = 0, k = 1 + n; i < n; i++) for (let j = i; j < n; j++) out[k++] = out[1 + i]! * out[1 + j]!
  return out
}

export function predictQuadratic(model: QuadraticModel, features: ArrayLike<number>): number {
  return terms(features, model).reduce((sum, t, i) => sum + t * model.weights[i]!, 0)
}

/** @param lambda ridge, in units of the mean square of a standardised feature */
export function fitQuadratic(
  rows: readonly ArrayLike<number>[],
  values: readonly number[],
  lambda: number,
): QuadraticModel {
  const n = rows[0]!.length
  const mean = Array.from({ length: n }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
  const deviation = mean.map(
    (m, i) => Math.sqrt(rows.reduce((sum, row) => sum + (row[i]! - m) ** 2, 0) / rows.length) || 1,
  )
  const size = 1 + n + (n * (n + 1)) / 2
  const gram = new Float64Array(size * size)
  const moment = new Float64Array(size)
  rows.forEach((row, r) => {
    const t = terms(row, { mean, deviation })
    for (let i = 0; i < size; i++) {
      moment[i]! += (t[i]! * values[r]!) / rows.length
      for (let j = i; j < size; j++) gram[i * size + j]! += (t[i]! * t[j]!) / rows.length
    }
  })
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) gram[i * size + j] = gram[j * size + i]!
  const { values: eigen, vectors } = symmetricEigen(gram, size)
  const weights = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    let along = 0
    for (let i = 0; i < size; i++) along += vectors[i * size + k]! * moment[i]!
    const share = along / (Math.max(0, eigen[k]!) + lambda)
    for (let i = 0; i < size; i++) weights[i]! += share * vectors[i * size + k]!
  }
  return { mean, deviation, weights: Array.from(weights) }
}
