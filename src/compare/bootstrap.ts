/**
 * Bootstrap interval of a mean (Efron 1979), as it should be for the few dozen inputs of an experiment.
 *
 * What is resampled are inputs, each with all of its seeds: the cluster bootstrap. An input's mean varies with its
 * seeds, so the spread of those means already holds the variation of both; drawing seeds once more within the drawn
 * inputs would count theirs twice (Davison and Hinkley 1997, section 3.8; Ren et al. 2010). So a unit here is the mean of one input.
 *
 * A percentile interval of n units is too narrow by √((n − 1)/n) and by the normal's quantile in place of Student's. It
 * is expanded for both by taking percentiles farther out (Hesterberg 2015, "What teachers should know about the
 * bootstrap", section 3.3): for normal data that gives Student's interval, for skewed data the bootstrap's asymmetry.
 */
import { normalCdf } from '../numbers/normal.ts'
import { randomStream } from '../numbers/random.ts'
import { studentCritical } from './student.ts'

/** A mean and its interval. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Confidence of all intervals. */
export const LEVEL = 0.95

/** How often is resampled. */
export const DRAWS = 10_000

/**
 * With fewer units no interval is to be believed: a resampled mean never leaves the range of the sample, and the range
 * of n values misses the middle of their distribution with probability 2^(1−n), which is below 5 % from six on.
 */
export const FEWEST_UNITS = 6

/** Mean of numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * The mean of units with its bootstrap interval; the same units give the same interval on every machine.
 *
 * @param units at least one number each; one alone has no interval (NaN)
 */
export function bootstrapInterval(units: readonly number[], draws = DRAWS): Interval {
  const { length: n } = units
  const center = mean(units)
  if (n < 2) return { mean: center, low: Number.NaN, high: Number.NaN }
  if (units.every((value) => value === units[0])) return { mean: units[0]!, low: units[0]!, high: units[0]! }
  const picks = picksOf(n, draws)
  const means = new Float64Array(draws)
  for (let draw = 0, at = 0; draw < draws; draw++) {
    let sum = 0
    for (let k = 0; k < n; k++) sum += units[picks[at++]!]!
    means[draw] = sum / n
  }
  means.sort()
  const tail = expandedTail(n)
  return { mean: center, low: quantile(means, tail), high: quantile(means, 1 - tail) }
}

/** Probability beyond each end of the expanded percentile interval of n units. */
export function expandedTail(n: number): number {
  return normalCdf(-Math.sqrt(n / (n - 1)) * studentCritical(1 - LEVEL, n - 1))
}

/** Quantile of ascending numbers, between them by a straight line; (draws + 1)·p as Davison and Hinkley have it. */
function quantile(sorted: Float64Array, p: number): number {
  const last = sorted.length - 1
  const at = Math.min(Math.max((sorted.length + 1) * p - 1, 0), last)
  const below = Math.floor(at)
  const above = Math.min(below + 1, last)
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!)
}

// Every metric and condition with as many inputs uses the same draws: quicker, and differences between rows are none of chance.
const cache = new Map<string, Uint16Array>()

function picksOf(n: number, draws: number): Uint16Array {
  const key = `${n}/${draws}`
  let picks = cache.get(key)
  if (picks === undefined) {
    const random = randomStream(0, 'bootstrap', n)
    picks = Uint16Array.from({ length: n * draws }, () => random.integer(n))
    cache.set(key, picks)
  }
  return picks
}
