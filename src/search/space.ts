/** A space of settings that is searched: what each may be, and how values are drawn. */
import type { Random } from '../numbers/random.ts'

/** A number between two ends. */
export interface Range {
  readonly kind: 'range'
  /** Both ends can be drawn. */
  readonly low: number
  readonly high: number
  /** Whether ratios matter and not differences: 0.01 to 0.1 is then as wide as 0.1 to 1. `low` is above 0. */
  readonly log: boolean
  /** Only low, low + step, low + 2 step …; null: any number. */
  readonly step: number | null
}

/** One of so many things that have no order. */
export interface Choice {
  readonly kind: 'choice'
  readonly count: number
}

/** What a setting may be. */
export type Dimension = Range | Choice

/** A point of a space: of a range its value, of a choice the index of the thing. */
export type Point = readonly number[]

/** Digits of a drawn number: whoever repeats a run types them. */
const DIGITS = 4

/** A range as it is searched, in which equal lengths count alike, with room for both ends of a stepped one. */
export function scaled({ low, high, log, step }: Range): { low: number; high: number } {
  const half = step === null ? 0 : step / 2
  // A whole step below a logarithmic range that begins at its first step there is nothing to take the logarithm of.
  const [from, to] = [low - Math.min(half, log ? low / 2 : half), high + half]
  return log ? { low: Math.log(from), high: Math.log(to) } : { low: from, high: to }
}

/** A number of a range where it is searched. */
export function toScale(range: Range, value: number): number {
  return range.log ? Math.log(value) : value
}

/** The setting at a place of the scale: on a step, within the ends, of four digits. */
export function fromScale({ low, high, log, step }: Range, at: number): number {
  const value = log ? Math.exp(at) : at
  if (step !== null) {
    const steps = Math.floor((high - low) / step + 1e-9)
    const index = Math.min(steps, Math.max(0, Math.round((value - low) / step)))
    // 0.1 + 2 × 0.1 is not 0.3, and reads badly.
    return Number((low + index * step).toPrecision(12))
  }
  return Math.min(high, Math.max(low, Number(value.toPrecision(DIGITS))))
}

/** A point drawn evenly. */
export function drawPoint(space: readonly Dimension[], random: Random): Point {
  return space.map((dimension) => {
    if (dimension.kind === 'choice') return random.integer(dimension.count)
    const { low, high } = scaled(dimension)
    return fromScale(dimension, low + random.uniform() * (high - low))
  })
}

/** How many points there are; Infinity where a number can be any. */
export function pointsIn(space: readonly Dimension[]): number {
  return space.reduce((product, dimension) => {
    if (dimension.kind === 'choice') return product * dimension.count
    const { low, high, step } = dimension
    if (low === high) return product
    return step === null ? Number.POSITIVE_INFINITY : product * (Math.floor((high - low) / step + 1e-9) + 1)
  }, 1)
}
