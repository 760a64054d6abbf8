// Angle between vectors: how descriptors of faces are compared.
import { MetricError } from './error.ts'

/** a·b / (|a|·|b|), −1 to 1, in float64; NaN when one is zero. @throws MetricError for unequal lengths. */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0)
    throw new MetricError(`expected two vectors of one length, got ${a.length} and ${b.length} numbers`)
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  return ab / Math.sqrt(aa * bb)
}
