// The search against known functions, and its densities against what densities are.
import { describe, expect, it } from 'vitest'
import { drawBetween, logBetween, normalCdf } from '../../src/numbers/normal.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { densityOf } from '../../src/search/parzen.ts'
import { type Dimension, drawPoint, fromScale, type Point, pointsIn } from '../../src/search/space.ts'
import { nextPoint, type Tried } from '../../src/search/tpe.ts'

const range = (low: number, high: number, more: { log?: boolean; step?: number } = {}): Dimension => ({
  kind: 'range',
  low,
  high,
  log: more.log ?? false,
  step: more.step ?? null,
})
const choice = (count: number): Dimension => ({ kind: 'choice', count })

/** Branin's function has its least value, 0.397887, at three places; a choice and a logarithmic factor are added to it. */
const space = [range(-5, 10), range(0, 15), choice(3), range(1e-3, 10, { log: true })]
function hills([x, y, which, factor]: Point): number {
  const branin =
    (y! - (5.1 / (4 * Math.PI ** 2)) * x! ** 2 + (5 / Math.PI) * x! - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x!) +
    10
  return branin + [3, 0, 8][which!]! + 2 * Math.log10(factor! / 0.1) ** 2
}
const LEAST = 0.397887

function searched(seed: number, budget: number): Tried[] {
  const tried: Tried[] = []
  for (let index = 0; index < budget; index++) {
    const point = nextPoint(space, tried, { seed, index, startup: 10 })
    tried.push({ point, loss: hills(point) })
  }
  return tried
}
const best = (tried: readonly Tried[]) => Math.min(...tried.map(({ loss }) => loss))
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

describe('TPE', () => {
  it('finds the least of a known function that draws alone miss', () => {
    const seeds = Array.from({ length: 9 }, (_, seed) => seed)
    const found = median(seeds.map((seed) => best(searched(seed, 100))))
    const drawn = median(
      seeds.map((seed) => {
        const points = Array.from({ length: 100 }, (_, i) => drawPoint(space, randomStream(seed, 'even', i)))
        return Math.min(...points.map(hills))
      }),
    )
    // Optuna 4's multivariate TPE comes to 0.68 in the median of 20 seeds, ours to 0.73, draws to 4.0.
    expect(found - LEAST).toBeLessThan(0.7)
    expect(drawn - LEAST).toBeGreaterThan(2)
  })

  it('gives the same points for the same seed, and others for another', () => {
    expect(searched(3, 20)).toEqual(searched(3, 20))
    expect(searched(4, 20)).not.toEqual(searched(3, 20))
  })

  it('stays away from where trials fail', () => {
    const line = [range(0, 1)]
    const tried: Tried[] = []
    for (let index = 0; index < 40; index++) {
      const point = nextPoint(line, tried, { seed: 1, index, startup: 10 })
      tried.push({ point, loss: point[0]! > 0.5 ? Number.POSITIVE_INFINITY : -point[0]! })
    }
    const late = tried.slice(20).filter(({ loss }) => Number.isFinite(loss)).length
    expect(late).toBeGreaterThan(10)
    expect(best(tried)).toBeLessThan(-0.45)
  })

  it('tries every point of a small space before any again', () => {
    const small = [choice(3), range(1, 4, { step: 1 })]
    expect(pointsIn(small)).toBe(12)
    const tried: Tried[] = []
    for (let index = 0; index < 10; index++) {
      const point = nextPoint(small, tried, { seed: 0, index, startup: 1 })
      tried.push({ point, loss: point[0]! + point[1]! })
    }
    expect(new Set(tried.slice(0, 8).map(({ point }) => point.join())).size).toBeGreaterThanOrEqual(7)
  })
})

describe('densities', () => {
  const seen: Point[] = [[0.2], [0.25], [0.9]]

  it('have all their mass within the range', () => {
    for (const dimension of [range(0, 1), range(0.01, 1, { log: true })] as const) {
      const density = densityOf([dimension], seen)
      const [low, high] = dimension.kind === 'range' && dimension.log ? [Math.log(0.01), 0] : [0, 1]
      const bins = 4000
      let mass = 0
      for (let i = 0; i < bins; i++) {
        const at = low + ((i + 0.5) / bins) * (high - low)
        // The density is over the scale in which the range is searched.
        mass +=
          (Math.exp(density.log([dimension.kind === 'range' && dimension.log ? Math.exp(at) : at])) * (high - low)) /
          bins
      }
      expect(mass).toBeCloseTo(1, 5)
    }
  })

  it('of steps and choices are probabilities that sum to 1', () => {
    const mixed = [range(1, 8, { step: 1 }), choice(3), range(2, 32, { step: 2, log: true })]
    const density = densityOf(mixed, [
      [2, 1, 4],
      [3, 1, 30],
    ])
    let mass = 0
    for (let a = 1; a <= 8; a++)
      for (let b = 0; b < 3; b++) for (let c = 2; c <= 32; c += 2) mass += Math.exp(density.log([a, b, c]))
    expect(mass).toBeCloseTo(1, 6)
  })

  it('draw as they say', () => {
    const density = densityOf([range(0, 1)], seen)
    const random = randomStream(0, 'draws')
    const draws = Array.from({ length: 4000 }, () => density.draw(random)[0]!)
    const bins = 10
    for (let bin = 0; bin < bins; bin++) {
      const share = draws.filter((v) => v >= bin / bins && v < (bin + 1) / bins).length / draws.length
      const at = Array.from({ length: 50 }, (_, i) => (bin + (i + 0.5) / 50) / bins)
      const expected = at.reduce((sum, v) => sum + Math.exp(density.log([v])), 0) / 50 / bins
      expect(Math.abs(share - expected)).toBeLessThan(0.03)
    }
  })

  it('integrate the normal distribution to twelve digits, also far out', () => {
    // From mpmath.
    expect(normalCdf(1)).toBeCloseTo(0.841344746068543, 12)
    expect(normalCdf(-3)).toBeCloseTo(0.00134989803163009, 14)
    expect(Math.abs(normalCdf(-8) / 6.22096057427178e-16 - 1)).toBeLessThan(1e-7)
    expect(logBetween(8, 9)).toBeCloseTo(Math.log(6.22096057427178e-16 - 1.12858840595384e-19), 7)
    expect(drawBetween(-1, 1, 0.5)).toBeCloseTo(0, 9)
    expect(drawBetween(5, 6, 0)).toBeCloseTo(5, 6)
  })
})

describe('a range', () => {
  it('gives steps, ends and four digits', () => {
    const stepped = { kind: 'range', low: 0.1, high: 0.5, log: false, step: 0.1 } as const
    expect(fromScale(stepped, 0.31)).toBe(0.3)
    expect(fromScale(stepped, 0.99)).toBe(0.5)
    expect(fromScale({ ...stepped, step: null, log: true }, Math.log(0.234567))).toBe(0.2346)
    expect(fromScale({ ...stepped, step: null }, 7)).toBe(0.5)
  })
})
