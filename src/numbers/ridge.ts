// Ridge regression with the strength chosen by what it predicts, in float64.
import { cholesky, invertTriangle } from './whitening.ts'

export interface Ridge {
  /** Weights of the features; a prediction is offset + weights · features. */
  readonly weights: Float64Array
  readonly offset: number
  /** Share of the variance of the rows kept aside that is predicted, at most 1. */
  readonly r2: number
}

/** Strengths that are tried, as parts of the number of rows. */
const STRENGTHS = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10] as const

/**
 * @param features rows × n, row-major, each feature about of variance 1
 * @param values one a row
 * @param kept part of the rows, the last ones, by which the strength is chosen and R² is told
 */
export function ridge(features: Float64Array, values: Float64Array, n: number, kept = 0.25): Ridge {
  const rows = values.length
  const fitted = Math.floor(rows * (1 - kept))
  const offset = values.subarray(0, fitted).reduce((sum, y) => sum + y, 0) / fitted
  const gram = new Float64Array(n * n)
  const right = new Float64Array(n)
  for (let row = 0; row < fitted; row++) {
    const at = row * n
    const y = values[row]! - offset
    for (let i = 0; i < n; i++) {
      const x = features[at + i]!
      right[i]! += x * y
      for (let j = 0; j <= i; j++) gram[i * n + j]! += x * features[at + j]!
    }
  }
  let best: Ridge | undefined
  for (const strength of STRENGTHS) {
    const weights = solved(gram, right, n, strength * fitted)
    const r2 = explained(features, values, n, fitted, weights, offset)
    if (best === undefined || r2 > best.r2) best = { weights, offset, r2 }
  }
  return best!
}

function solved(gram: Float64Array, right: Float64Array, n: number, strength: number): Float64Array {
  const matrix = gram.slice()
  for (let i = 0; i < n; i++) matrix[i * n + i]! += strength
  const inverse = invertTriangle(cholesky(matrix, n), n)
  const half = new Float64Array(n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) half[i]! += inverse[i * n + j]! * right[j]!
  const out = new Float64Array(n)
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) out[i]! += inverse[j * n + i]! * half[j]!
  return out
}

function explained(
  features: Float64Array,
  values: Float64Array,
  n: number,
  from: number,
  weights: Float64Array,
  offset: number,
): number {
  let mean = 0
  for (let row = from; row < values.length; row++) mean += values[row]! / (values.length - from)
  let [off, all] = [0, 0]
  for (let row = from; row < values.length; row++) {
    let predicted = offset
    for (let i = 0; i < n; i++) predicted += weights[i]! * features[row * n + i]!
    off += (values[row]! - predicted) ** 2
    all += (values[row]! - mean) ** 2
  }
  return 1 - off / all
}
