// How one side of a picture is cut into tiles: all of one length, so that one compiled graph serves them all, evenly spread, each
// looking beyond the part that it is answerable for.

import { RephotoError } from '../error.ts'

/** Tiles that can't be: one line. */
export class TileError extends RephotoError {
  override readonly name: string = 'TileError'
}

/** What is wished for. All numbers are pixels of the input. */
export interface AxisWish {
  /** Most pixels of a tile with its margins. */
  readonly most: number
  /** What a tile sees on each side beyond its part. */
  readonly margin: number
  /** Least width of the zone in which neighbours are blended; 0 where the margin alone makes them equal. */
  readonly blend: number
  /** Sides of a tile, and its distance from the first, are multiples of this. */
  readonly multiple: number
}

/** A tile along one side. */
export interface AxisTile {
  /** First pixel of its part; the tile with margins begins `margin` earlier, which may lie outside of the picture. */
  readonly start: number
  /** Pixels of the part that lie in the picture. */
  readonly count: number
  /** Weights of these pixels; over all tiles they add up to 1 at every pixel. */
  readonly weights: Float32Array
}

export interface AxisPlan {
  /** Pixels of every tile with margins. */
  readonly side: number
  /** The margin that it really has. */
  readonly margin: number
  readonly tiles: readonly AxisTile[]
}

/** The least side that a tile may have: a part as wide as two blends beside its margins. */
export function leastSide({ margin, blend, multiple }: Omit<AxisWish, 'most'>): number {
  return up(2 * up(margin, multiple) + Math.max(1, 2 * blend), multiple)
}

/** The tiles of a side of `length` pixels. @throws TileError where `most` is below `leastSide` */
export function planAxis(length: number, wish: AxisWish): AxisPlan {
  const { most, multiple, blend } = wish
  const margin = up(wish.margin, multiple)
  const whole = up(length, multiple)
  if (whole + 2 * margin <= most)
    return { side: whole + 2 * margin, margin, tiles: [{ start: 0, count: length, weights: ones(length) }] }
  const least = leastSide(wish)
  const largest = Math.floor(most / multiple) * multiple
  if (largest < least)
    throw new TileError(
      `expected tiles of at least ${least} px with margins of ${margin}, found at most ${most}; ask for larger ones, or for a smaller margin`,
    )
  const part = largest - 2 * margin
  const count = Math.max(2, Math.ceil((length - blend) / (part - blend)))
  // No larger than so many tiles need be.
  const needed = up(Math.ceil((length + (count - 1) * blend) / count), multiple)
  const own = Math.min(part, Math.max(needed, least - 2 * margin))
  const last = up(Math.max(0, length - own), multiple)
  const starts = Array.from({ length: count }, (_, i) =>
    i === count - 1 ? last : Math.floor((last * i) / (count - 1) / multiple) * multiple,
  )
  return { side: own + 2 * margin, margin, tiles: weighted([...new Set(starts)], own, length) }
}

/** Weights fall linearly through the zones that two tiles share, to nothing at the end of each. */
function weighted(starts: readonly number[], own: number, length: number): AxisTile[] {
  const raw = starts.map((start, i) => {
    const count = Math.min(own, length - start)
    const before = i === 0 ? 0 : starts[i - 1]! + own - start
    const after = i === starts.length - 1 ? 0 : start + own - starts[i + 1]!
    const weights = Float64Array.from({ length: count }, (_, x) => {
      const rise = before > 0 ? Math.min(1, (x + 0.5) / before) : 1
      const fall = after > 0 ? Math.min(1, (own - x - 0.5) / after) : 1
      return Math.min(rise, fall)
    })
    return { start, count, weights }
  })
  const sums = new Float64Array(length)
  for (const { start, weights } of raw) for (const [x, w] of weights.entries()) sums[start + x] = sums[start + x]! + w
  return raw.map(({ start, count, weights }) => ({
    start,
    count,
    weights: Float32Array.from(weights, (w, x) => w / sums[start + x]!),
  }))
}

function ones(count: number): Float32Array {
  return new Float32Array(count).fill(1)
}

/** The next multiple at or above a number. */
export function up(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
