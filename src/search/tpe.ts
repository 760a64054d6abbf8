/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011), in the form of Watanabe's review (2023): the best tenth of what was
 * tried and the rest have a density each; of points drawn from the first, the one is tried next at which the first exceeds the second
 * the most. Our own, because npm has no maintained one; test/search holds it against known functions.
 */
import { randomStream } from '../numbers/random.ts'
import { densityOf } from './parzen.ts'
import { type Dimension, drawPoint, type Point } from './space.ts'

/** A point and what came of it: lower is better. */
export interface Tried {
  readonly point: Point
  /** Infinity for a point that failed, or that nothing is known of yet. */
  readonly loss: number
}

/** How a point is chosen. */
export interface TpeOptions {
  readonly seed: number
  /** Number of the point: what is drawn depends on the seed and on it, and on nothing that was drawn before. */
  readonly index: number
  /** So many points are drawn evenly before any is chosen. */
  readonly startup: number
}

/** Points that are drawn for each that is chosen. */
const CANDIDATES = 24
const BEST_SHARE = 0.1
const MOST_BEST = 25

/** The next point to try. */
export function nextPoint(space: readonly Dimension[], tried: readonly Tried[], options: TpeOptions): Point {
  const random = randomStream(options.seed, 'search', options.index)
  const known = tried.filter(({ loss }) => Number.isFinite(loss))
  if (options.index < options.startup || known.length === 0) return drawPoint(space, random)
  const best = Math.min(MOST_BEST, Math.ceil(BEST_SHARE * known.length))
  // Equal losses in the order in which they were tried, so that the choice is the same everywhere.
  const ordered = tried.map((one, i) => ({ ...one, i })).sort((a, b) => a.loss - b.loss || a.i - b.i)
  const points = ordered.map(({ point }) => point)
  const [good, rest] = [densityOf(space, points.slice(0, best)), densityOf(space, points.slice(best))]
  const untried = (point: Point) => !tried.some((one) => one.point.every((value, d) => value === point[d]))
  const candidates = Array.from({ length: CANDIDATES }, () => good.draw(random)).map((point) => ({
    point,
    // A point again tells nothing: a run gives the same every time.
    gain: untried(point) ? good.log(point) - rest.log(point) : Number.NEGATIVE_INFINITY,
  }))
  const chosen = candidates.reduce((a, b) => (b.gain > a.gain ? b : a))
  return chosen.gain === Number.NEGATIVE_INFINITY ? drawPoint(space, random) : chosen.point
}
