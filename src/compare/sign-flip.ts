/**
 * p values for the correction of many comparisons. A bootstrap of ten thousand draws can't tell 1e-5 from zero, so they
 * come from Fisher's sign-flip test of the paired differences (Fisher 1935, The design of experiments, section 21;
 * Good 2005): if a condition changed nothing, each input's difference could as well have had the other sign.
 */
import { randomStream } from '../numbers/random.ts'

/** Up to here all 2^n sign patterns are counted; beyond, a fixed sample of them. */
const EXACT_UNITS = 16
const SAMPLES = 20_000

/**
 * Two-sided p value that the differences have no direction; 1 for none.
 *
 * @param units one difference per input
 */
export function signFlipP(units: readonly number[]): number {
  const { length: n } = units
  if (n === 0) return 1
  // Sums of the same numbers in another order differ in the last bits; equal ones must count as equal.
  const size = units.reduce((sum, value) => sum + Math.abs(value), 0)
  const reached = Math.abs(units.reduce((sum, value) => sum + value, 0)) - 1e-9 * size
  return n <= EXACT_UNITS ? exactP(units, reached) : sampledP(units, reached)
}

/** Gray code: each pattern differs from the last in one sign. */
function exactP(units: readonly number[], reached: number): number {
  const patterns = 2 ** units.length
  const signs = units.map(() => 1)
  let sum = units.reduce((all, value) => all + value, 0)
  let extreme = 1
  for (let pattern = 1; pattern < patterns; pattern++) {
    const flipped = 31 - Math.clz32(pattern & -pattern)
    signs[flipped] = -signs[flipped]!
    sum += 2 * signs[flipped]! * units[flipped]!
    if (Math.abs(sum) >= reached) extreme++
  }
  return extreme / patterns
}

function sampledP(units: readonly number[], reached: number): number {
  const words = wordsOf(units.length)
  const perSample = words.length / SAMPLES
  let extreme = 1
  for (let sample = 0; sample < SAMPLES; sample++) {
    let sum = 0
    for (let i = 0; i < units.length; i++) {
      const word = words[sample * perSample + (i >>> 5)]!
      sum += (word >>> (i & 31)) & 1 ? units[i]! : -units[i]!
    }
    if (Math.abs(sum) >= reached) extreme++
  }
  return extreme / (SAMPLES + 1)
}

const cache = new Map<number, Uint32Array>()

function wordsOf(units: number): Uint32Array {
  const perSample = Math.ceil(units / 32)
  let words = cache.get(perSample)
  if (words === undefined) {
    const random = randomStream(0, 'sign-flip', perSample)
    words = Uint32Array.from({ length: perSample * SAMPLES }, () => random.integer(2 ** 32))
    cache.set(perSample, words)
  }
  return words
}

/**
 * Holm's step-down adjustment (Holm 1979): the p values that hold for all of a family together.
 *
 * @returns in the order given, each at most 1 and at least its own p
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, index) => index).sort((a, b) => ps[a]! - ps[b]!)
  const adjusted = new Array<number>(ps.length).fill(1)
  let least = 0
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (ps.length - rank) * ps[index]!))
    adjusted[index] = least
  })
  return adjusted
}
