/**
 * The density of points as a mixture: a product of kernels around each point that was seen, and a wide one for what was not. Kernels
 * and widths are those of Optuna's multivariate TPE (Akiba et al. 2019; Falkner et al. 2018): Gaussians cut off at the ends of a
 * range, of Scott's width; for a choice all of its things, with more weight on the one that was seen.
 */

import { drawBetween, logBetween } from '../numbers/normal.ts'
import type { Random } from '../numbers/random.ts'
import { type Dimension, fromScale, type Point, type Range, scaled, toScale } from './space.ts'

/** Share of a range that a kernel is wide where there is one point in one dimension. */
const WIDTH = 0.2
/** Kernels don't become narrower than this share of the range over the number of kernels, at most a hundred. */
const MOST_NARROWING = 100
/** As many points' weight has what is known without any. */
const PRIOR_WEIGHT = 1

/** A mixture. */
export interface Density {
  /** Natural logarithm of the density (for steps and choices: the probability) at a point. */
  log(point: Point): number
  draw(random: Random): Point
}

/** The density of the points that were seen; of none, it is nearly even. */
export function densityOf(space: readonly Dimension[], seen: readonly Point[]): Density {
  const kernels = seen.length + 1
  const mixtures = space.map((dimension, d) => {
    const values = seen.map((point) => point[d]!)
    return dimension.kind === 'range'
      ? gaussians(dimension, values, space.length)
      : weights(dimension.count, values, kernels)
  })
  return {
    log(point) {
      const each = Array.from({ length: kernels }, (_, k) =>
        mixtures.reduce((sum, mixture, d) => sum + mixture.log(k, point[d]!), 0),
      )
      const most = Math.max(...each)
      return most + Math.log(each.reduce((sum, one) => sum + Math.exp(one - most), 0) / kernels)
    },
    draw(random) {
      const k = random.integer(kernels)
      return mixtures.map((mixture) => mixture.draw(k, random))
    },
  }
}

/** The kernels of one dimension; the last is the wide one. */
interface Kernels {
  log(kernel: number, value: number): number
  draw(kernel: number, random: Random): number
}

function gaussians(range: Range, values: readonly number[], dimensions: number): Kernels {
  const { low, high } = scaled(range)
  const whole = high - low
  // A range of one value: nothing to search.
  if (whole === 0) return { log: () => 0, draw: () => range.low }
  const n = values.length
  const scott = WIDTH * Math.max(n, 1) ** (-1 / (dimensions + 4)) * whole
  const narrow = Math.max(scott, whole / Math.min(MOST_NARROWING, 1 + n))
  const kernel = (k: number) =>
    k < n ? { middle: toScale(range, values[k]!), width: narrow } : { middle: (low + high) / 2, width: whole }
  return {
    log(k, value) {
      const { middle, width } = kernel(k)
      const z = (at: number) => (at - middle) / width
      const all = logBetween(z(low), z(high))
      if (range.step !== null) {
        // The probability of a step is that of what is rounded to it.
        const [from, to] = [value - range.step / 2, value + range.step / 2]
        const edge = (at: number) => z(Math.min(high, Math.max(low, range.log ? Math.log(Math.max(at, 1e-300)) : at)))
        return logBetween(edge(from), edge(to)) - all
      }
      const at = z(toScale(range, value))
      return -0.5 * at * at - Math.log(width * Math.sqrt(2 * Math.PI)) - all
    },
    draw(k, random) {
      const { middle, width } = kernel(k)
      const z = drawBetween((low - middle) / width, (high - middle) / width, random.uniform())
      return fromScale(range, middle + z * width)
    },
  }
}

function weights(count: number, values: readonly number[], kernels: number): Kernels {
  const rest = PRIOR_WEIGHT / kernels
  const probability = (k: number, value: number) => {
    const seen = values[k]
    if (seen === undefined) return 1 / count
    return (rest + (value === seen ? 1 : 0)) / (rest * count + 1)
  }
  return {
    log: (k, value) => Math.log(probability(k, value)),
    draw(k, random) {
      let left = random.uniform()
      for (let value = 0; value < count - 1; value++) {
        left -= probability(k, value)
        if (left < 0) return value
      }
      return count - 1
    },
  }
}
