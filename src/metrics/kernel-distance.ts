// Kernel distance of two sets of vectors (KID; Bińkowski et al. 2018): the unbiased squared maximum mean discrepancy under the cubic kernel
// (x·y/d + 1)³. Unlike the Fréchet distance its mean does not depend on how many pictures there are, which is what few
// pictures need.

import { MetricError } from './error.ts'

export interface KernelDistance {
  /** Unbiased: may be a little below 0 for sets that are alike. */
  readonly value: number
  /** Its standard error, by the jackknife over the pictures of both sets. */
  readonly error: number
}

/** @param a, b vectors of one length, two or more in each. @throws MetricError */
export function kernelDistance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): KernelDistance {
  const n = a[0]?.length ?? 0
  if (a.length < 2 || b.length < 2)
    throw new MetricError(`expected two or more pictures on each side, got ${a.length} and ${b.length}`)
  const other = [...a, ...b].find((vector) => vector.length !== n)
  if (other) throw new MetricError(`expected vectors of ${n} numbers, got one of ${other.length}`)
  const within = [sumsWithin(a, n), sumsWithin(b, n)] as const
  const across = sumsAcross(a, b, n)
  const total = {
    a: sum(within[0]),
    b: sum(within[1]),
    across: sum(across.a),
  }
  const of = (aa: number, m: number, bb: number, k: number, ab: number) =>
    aa / (m * (m - 1)) + bb / (k * (k - 1)) - (2 * ab) / (m * k)
  const [m, k] = [a.length, b.length]
  const value = of(total.a, m, total.b, k, total.across)
  // Each row stands in the sums twice within its set, once across.
  const withoutA = a.map((_, i) => of(total.a - 2 * within[0][i]!, m - 1, total.b, k, total.across - across.a[i]!))
  const withoutB = b.map((_, i) => of(total.a, m, total.b - 2 * within[1][i]!, k - 1, total.across - across.b[i]!))
  const spread = (left: readonly number[]) => (m > 2 && k > 2 ? jackknifed(left) : Number.NaN)
  return { value, error: Math.sqrt(spread(withoutA) + spread(withoutB)) }
}

/** (n − 1)/n · Σ (θᵢ − θ̄)² */
function jackknifed(left: readonly number[]): number {
  const mean = sum(left) / left.length
  return ((left.length - 1) / left.length) * left.reduce((all, v) => all + (v - mean) ** 2, 0)
}

function kernel(x: ArrayLike<number>, y: ArrayLike<number>, n: number): number {
  let inner = 0
  for (let i = 0; i < n; i++) inner += x[i]! * y[i]!
  return (inner / n + 1) ** 3
}

/** Σ of the kernel of each vector with all others of its set. */
function sumsWithin(set: readonly ArrayLike<number>[], n: number): Float64Array {
  const sums = new Float64Array(set.length)
  for (let i = 0; i < set.length; i++)
    for (let j = 0; j < i; j++) {
      const value = kernel(set[i]!, set[j]!, n)
      sums[i]! += value
      sums[j]! += value
    }
  return sums
}

function sumsAcross(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[], n: number) {
  const sums = { a: new Float64Array(a.length), b: new Float64Array(b.length) }
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++) {
      const value = kernel(a[i]!, b[j]!, n)
      sums.a[i]! += value
      sums.b[j]! += value
    }
  return sums
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((all, v) => all + v, 0)
}
