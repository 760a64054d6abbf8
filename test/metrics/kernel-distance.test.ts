// The kernel distance against its definition, against a known truth, and its jackknife against the spread of many draws.

import { expect, it } from 'vitest'
import { kernelDistance } from '../../src/metrics/kernel-distance.ts'
import { randomStream } from '../../src/numbers/random.ts'

const draw = (seed: number, count: number, n: number, shift: number) =>
  Array.from({ length: count }, (_, i) =>
    randomStream(seed, 'set', i)
      .normal(n)
      .map((v) => v + shift),
  )

it('is the definition, term by term', () => {
  const [a, b] = [draw(1, 5, 3, 0), draw(2, 4, 3, 0.5)]
  const k = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    (Array.from(x).reduce((sum, v, i) => sum + v * y[i]!, 0) / 3 + 1) ** 3
  const mean = (xs: readonly ArrayLike<number>[], ys: readonly ArrayLike<number>[], same: boolean) => {
    const all = xs.flatMap((x, i) => ys.flatMap((y, j) => (same && i === j ? [] : [k(x, y)])))
    return all.reduce((sum, v) => sum + v, 0) / all.length
  }
  const expected = mean(a, a, true) + mean(b, b, true) - 2 * mean(a, b, false)
  expect(kernelDistance(a, b).value).toBeCloseTo(expected, 10)
})

it('is unbiased: 0 on average for sets of one distribution, and its error is their spread', () => {
  const values = Array.from({ length: 60 }, (_, i) => kernelDistance(draw(100 + i, 30, 8, 0), draw(500 + i, 30, 8, 0)))
  const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (values.length - 1))
  expect(Math.abs(mean)).toBeLessThan((3 * spread) / Math.sqrt(values.length))
  const errors = values.map(({ error }) => error).sort((x, y) => x - y)
  const typical = errors[30]!
  expect(typical / spread).toBeGreaterThan(0.5)
  expect(typical / spread).toBeLessThan(2)
})

it('tells sets apart, and refuses what is none', () => {
  const { value, error } = kernelDistance(draw(1, 40, 8, 0), draw(2, 40, 8, 1))
  expect(value).toBeGreaterThan(4 * error)
  expect(() => kernelDistance([[1]], [[1], [2]])).toThrow(/expected two or more pictures on each side, got 1 and 2/u)
  expect(() => kernelDistance([[1], [2]], [[1, 2], [2]])).toThrow(/expected vectors of 1 numbers, got one of 2/u)
})
