// Metrics on known answers: published values, closed forms, and SciPy's and scikit-image's results on stored pictures.
import { describe, expect, test } from 'vitest'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { cosineSimilarity } from '../../src/metrics/cosine.ts'
import { deltaE2000, meanDeltaE } from '../../src/metrics/delta-e.ts'
import { frechetDistance, gaussianOf, squareRoot } from '../../src/metrics/frechet.ts'
import { labOf } from '../../src/metrics/lab.ts'
import { psnr } from '../../src/metrics/psnr.ts'
import { ranks, spearman } from '../../src/metrics/spearman.ts'
import { ssim } from '../../src/metrics/ssim.ts'
import { symmetricEigen } from '../../src/numbers/symmetric-eigen.ts'
import { formulaValues } from '../support/formula.ts'
import { readFixture, type StoredBitmap, unpack } from '../support/pictures.ts'
import { SHARMA_PAIRS } from './sharma.ts'

const gray = unpack(readFixture<{ gray: StoredBitmap }>('resample').gray)
const change = (b: Bitmap, f: (v: number, i: number) => number): Bitmap => ({
  ...b,
  data: b.data.map((v, i) => Math.min(Math.max(f(v, i), 0), 255)),
})

test('PSNR', () => {
  const flat = createBitmap(8, 8, 3)
  expect(psnr(flat, flat)).toBe(Number.POSITIVE_INFINITY)
  expect(
    psnr(
      flat,
      change(flat, () => 255),
    ),
  ).toBe(0)
  expect(
    psnr(
      flat,
      change(flat, () => 1),
    ),
  ).toBeCloseTo(48.1308, 4)
  expect(() => psnr(flat, createBitmap(8, 4, 3))).toThrow(/8×8×3 and 8×4×3/)
})

test('SSIM equals scikit-image', () => {
  expect(ssim(gray, gray)).toBeCloseTo(1, 12)
  const noisy = change(gray, (v, i) => v + ((i * 7919) % 41) - 20)
  expect(ssim(gray, noisy)).toBeCloseTo(0.9424813588533503, 10)
  const { width } = gray
  const mirrored = change(gray, (_, i) => gray.data[i - (i % width) + width - 1 - (i % width)]!)
  expect(ssim(gray, mirrored)).toBeCloseTo(0.24444934130270346, 10)
  expect(() => ssim(createBitmap(8, 8, 1), createBitmap(8, 8, 1))).toThrow(/at least 11×11/)
})

describe('colour difference', () => {
  test("Sharma's 34 pairs, both ways", () => {
    expect(SHARMA_PAIRS).toHaveLength(34)
    for (const pair of SHARMA_PAIRS) {
      const [l1, a1, b1, l2, a2, b2, expected] = pair as [number, number, number, number, number, number, number]
      expect(deltaE2000([l1, a1, b1], [l2, a2, b2]), pair.join(' ')).toBeCloseTo(expected, 4)
      expect(deltaE2000([l2, a2, b2], [l1, a1, b1]), pair.join(' ')).toBeCloseTo(expected, 4)
    }
  })

  test('CIELAB of sRGB primaries', () => {
    const close = (lab: readonly number[], expected: number[]) => {
      for (const [i, v] of lab.entries()) expect(v).toBeCloseTo(expected[i]!, 2)
    }
    close(labOf(255, 255, 255), [100, 0, 0])
    close(labOf(0, 0, 0), [0, 0, 0])
    close(labOf(255, 0, 0), [53.24, 80.09, 67.2])
    close(labOf(0, 0, 255), [32.3, 79.19, -107.86])
  })

  test('mean over a mask', () => {
    const a = createBitmap(2, 1, 3, Uint8Array.of(255, 255, 255, 0, 0, 0))
    const b = createBitmap(2, 1, 3, Uint8Array.of(255, 255, 255, 255, 255, 255))
    expect(meanDeltaE(a, b)).toBeCloseTo(50, 6)
    expect(meanDeltaE(a, b, Uint8Array.of(1, 0))).toBe(0)
    expect(() => meanDeltaE(a, b, Uint8Array.of(0, 0))).toThrow(/selects no pixel/)
    expect(() => meanDeltaE(gray, gray)).toThrow(/colour pictures/)
  })
})

describe('Fréchet distance', () => {
  const rows = (n: number, f: (i: number, j: number) => number) =>
    Array.from({ length: n }, (_, i) => [0, 1, 2].map((j) => f(i, j)))

  test('equals SciPy on a small case', () => {
    const a = gaussianOf(rows(8, (i, j) => ((i * 7 + j * 3) % 11) + 0.1 * i * j))
    const b = gaussianOf(rows(9, (i, j) => ((i * 5 + j * 2) % 7) + 0.3 * i))
    expect(frechetDistance(a, b)).toBeCloseTo(11.154315483053711, 9)
    expect(frechetDistance(b, a)).toBeCloseTo(11.154315483053711, 9)
    expect(frechetDistance(a, a)).toBeCloseTo(0, 9)
  })

  test('closed form: a shift and a doubled scale', () => {
    const base = rows(40, (i, j) => formulaValues(`frechet/${j}`, 40)[i]!)
    const a = gaussianOf(base)
    const b = gaussianOf(base.map((row) => row.map((v) => 2 * v + 3)))
    const trace = a.covariance[0]! + a.covariance[4]! + a.covariance[8]!
    const shift = a.mean.reduce((sum, m) => sum + (m + 3) ** 2, 0)
    expect(frechetDistance(a, b)).toBeCloseTo(shift + trace, 8)
  })

  test('128 numbers from fewer vectors than that: finite, quick', () => {
    const set = (name: string) =>
      Array.from({ length: 60 }, (_, i) => formulaValues(`${name}/${i}`, 128, 0.1, name === 'a' ? 0 : 0.01))
    const a = gaussianOf(set('a'))
    const started = performance.now()
    const distance = frechetDistance(a, gaussianOf(set('b')))
    expect(distance).toBeGreaterThan(0)
    expect(distance).toBeLessThan(3)
    expect(frechetDistance(a, a)).toBeLessThan(1e-6)
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  test('square root and eigenvalues', () => {
    const matrix = Float64Array.of(5, 4, 4, 5) // eigenvalues 1 and 9
    expect([...symmetricEigen(matrix, 2).values].sort()).toEqual([expect.closeTo(1, 12), expect.closeTo(9, 12)])
    expect([...squareRoot(matrix, 2)].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([2, 1, 1, 2])
    expect(() => gaussianOf([[1, 2]])).toThrow(/two or more vectors/)
    expect(() => gaussianOf([[1, 2], [1]])).toThrow(/vectors of 2 numbers/)
  })
})

test('Spearman', () => {
  expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2])
  expect(spearman([1, 2, 3], [10, 20, 25])).toBe(1)
  expect(spearman([1, 2, 3], [5, 4, -1])).toBe(-1)
  // scipy.stats.spearmanr
  expect(spearman([3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8, 2, 8, 1, 8])).toBeCloseTo(0.19885368120992467, 12)
  expect(spearman([1, 1], [1, 2])).toBeNaN()
  expect(() => spearman([1], [1])).toThrow(/two or more pairs/)
  expect(() => spearman([1, Number.NaN], [1, 2])).toThrow(/NaN/)
})

test('cosine', () => {
  expect(cosineSimilarity([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12)
  expect(cosineSimilarity(Float32Array.of(1, 2), Float32Array.of(-2, -4))).toBeCloseTo(-1, 12)
  expect(cosineSimilarity([0, 0], [1, 1])).toBeNaN()
  expect(() => cosineSimilarity([1], [1, 2])).toThrow(/one length/)
})
