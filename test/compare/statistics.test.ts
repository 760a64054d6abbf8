/** The statistics against tables, exact small cases, and data whose truth is known. */
import { describe, expect, it } from 'vitest'
import { bootstrapInterval, expandedTail, mean } from '../../src/compare/bootstrap.ts'
import { holm, signFlipP } from '../../src/compare/sign-flip.ts'
import { studentCritical, studentWithin } from '../../src/compare/student.ts'
import { wilson } from '../../src/compare/wilson.ts'
import { normalCdf } from '../../src/numbers/normal.ts'
import { randomStream } from '../../src/numbers/random.ts'

describe('distributions', () => {
  it.each([
    [1, 12.7062],
    [2, 4.30265],
    [5, 2.57058],
    [19, 2.09302],
    [30, 2.04227],
    [1000, 1.96234],
  ])("Student's t with %i degrees of freedom as tabled", (freedom, t) => {
    expect(studentCritical(0.05, freedom)).toBeCloseTo(t, 4)
    expect(studentWithin(t, freedom)).toBeCloseTo(0.95, 5)
  })

  it('the normal distribution as tabled', () => {
    for (const [z, p] of [
      [0, 0.5],
      [1.959964, 0.975],
      [-1, 0.1586553],
      [-3, 0.0013499],
    ] as const) {
      expect(normalCdf(z)).toBeCloseTo(p, 6)
    }
  })

  it("Wilson's interval as worked out by hand", () => {
    // 8 of 10: (0.8 + z²/20 ± z·√(0.016 + z²/400)) / (1 + z²/10)
    const [low, high] = wilson(8, 10)
    expect(low).toBeCloseTo(0.49016, 4)
    expect(high).toBeCloseTo(0.94332, 4)
    expect(wilson(0, 20)[0]).toBe(0)
    expect(wilson(20, 20)[1]).toBe(1)
  })
})

describe('sign-flip test', () => {
  it('counts sign patterns exactly', () => {
    // All of n differences positive: only that pattern and its mirror reach the sum.
    expect(signFlipP([1, 2, 3, 4, 5, 6])).toBe(2 / 64)
    // 3, −1: sums ±2, ±4; four patterns of four reach 2.
    expect(signFlipP([3, -1])).toBe(1)
    // 1, 2, 3 with one sign turned, |1 + 2 − 3| = 0: everything reaches it.
    expect(signFlipP([1, 2, -3])).toBe(1)
    // 1, 1, 1, −1 gives 2: all but the sums of 0, which are C(4, 2) = 6 of 16.
    expect(signFlipP([1, 1, 1, -1])).toBe(10 / 16)
    expect(signFlipP([0, 0, 0])).toBe(1)
    expect(signFlipP([])).toBe(1)
  })

  it('agrees with the exact count where it samples', () => {
    const random = randomStream(1, 'test')
    const units = [...random.normal(16)].map((value) => value + 0.5)
    // A zero changes no sum, and makes seventeen units of sixteen.
    expect(signFlipP([...units, 0])).toBeCloseTo(signFlipP(units), 2)
  })

  it('is uniform when nothing is there', () => {
    const low = simulate(400, (random) => (signFlipP([...random.normal(10)]) <= 0.1 ? 1 : 0))
    expect(low).toBeGreaterThan(0.06)
    expect(low).toBeLessThan(0.14)
  })

  it("adjusts as in Holm's procedure", () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
    expect(holm([])).toEqual([])
  })
})

describe('bootstrap interval', () => {
  it('says what it can say of few or equal units', () => {
    expect(bootstrapInterval([3])).toEqual({ mean: 3, low: Number.NaN, high: Number.NaN })
    expect(bootstrapInterval([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, low: 0.1, high: 0.1 })
    const two = bootstrapInterval([1, 3])
    expect(two).toEqual({ mean: 2, low: 1, high: 3 })
  })

  it('is the same again, and moves and scales with the data', () => {
    const units = [...randomStream(5, 'units').normal(20)]
    const once = bootstrapInterval(units)
    expect(bootstrapInterval(units)).toEqual(once)
    const moved = bootstrapInterval(units.map((value) => 10 + 2 * value))
    expect(moved.low).toBeCloseTo(10 + 2 * once.low, 10)
    expect(moved.high).toBeCloseTo(10 + 2 * once.high, 10)
  })

  it("has Student's width for normal data, where the plain percentile interval is too narrow", () => {
    const units = [...randomStream(6, 'units').normal(2000)].slice(0, 20)
    const center = mean(units)
    const spread = Math.sqrt(units.reduce((sum, value) => sum + (value - center) ** 2, 0) / 19)
    const student = (2 * 2.09302 * spread) / Math.sqrt(20)
    const { low, high } = bootstrapInterval(units)
    expect((high - low) / student).toBeGreaterThan(0.93)
    expect((high - low) / student).toBeLessThan(1.07)
    expect(expandedTail(20)).toBeCloseTo(0.0159, 3)
  })

  // The truth is known, so how often intervals hold it can be counted. Share within ±0.03 of 0.95: 3 standard errors of 600 trials.
  it.each([
    ['inputs differ, seeds hardly', 1, 0.1],
    ['inputs alike, seeds differ', 0, 1],
    ['both', 0.7, 0.7],
  ])('holds the true mean in 95 %% of samples: %s', (_, betweenInputs, betweenSeeds) => {
    const held = simulate(600, (random) => {
      const units = [...random.normal(20)].map(
        (input) => 0.3 + betweenInputs * input + betweenSeeds * mean([...random.normal(3)]),
      )
      const { low, high } = bootstrapInterval(units, 2000)
      return low <= 0.3 && 0.3 <= high ? 1 : 0
    })
    expect(held).toBeGreaterThan(0.92)
    expect(held).toBeLessThan(0.98)
  })

  it('holds it nearly as often for skewed data and few inputs', () => {
    const held = simulate(600, (random) => {
      const units = [...random.normal(8)].map((value) => Math.exp(value / 2))
      const { low, high } = bootstrapInterval(units, 2000)
      const truth = Math.exp(1 / 8)
      return low <= truth && truth <= high ? 1 : 0
    })
    expect(held).toBeGreaterThan(0.89)
  })
})

function simulate(trials: number, trial: (random: ReturnType<typeof randomStream>) => number): number {
  return mean(Array.from({ length: trials }, (_, index) => trial(randomStream(2026, 'coverage', index))))
}
