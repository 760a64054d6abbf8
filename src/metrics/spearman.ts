// Rank correlation: does one number order things as another does? C. Spearman 1904; ties get their mean rank.
import { MetricError } from './error.ts'

/** Ranks from 1; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!)
  const out = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let k = start; k < end; k++) out[order[k]!] = (start + end + 1) / 2
    start = end
  }
  return out
}

/**
 * Spearman's ρ, −1 to 1: Pearson's correlation of the ranks. NaN when all values of one side are equal.
 * @throws MetricError for unequal lengths, fewer than two pairs, or values that are not numbers.
 */
export function spearman(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length < 2) {
    throw new MetricError(`expected two or more pairs, got ${a.length} and ${b.length} values`)
  }
  if ([...a, ...b].some(Number.isNaN)) throw new MetricError('expected numbers to rank, found NaN')
  const [ra, rb] = [ranks(a), ranks(b)]
  const middle = (a.length + 1) / 2
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < ra.length; i++) {
    const x = ra[i]! - middle
    const y = rb[i]! - middle
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return ab / Math.sqrt(aa * bb)
}
