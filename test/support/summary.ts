// Golden results are stored as summaries: shape, mean, deviation, norm and up to 64 samples. Two comparisons: values,
// where everything must agree, and gradients, where single samples may differ at ties of max and min.

import { expect } from 'vitest'

export interface Summary {
  shape: number[]
  mean: number
  std: number
  norm: number
  samples: number[]
}

export function sampleIndices(size: number, most = 64): number[] {
  const m = Math.min(most, size)
  return Array.from({ length: m }, (_, j) => (m === 1 ? 0 : Math.floor((j * (size - 1)) / (m - 1))))
}

/** Norm, mean and every sample within `tolerance` of the tensor's rms. */
export function expectSummary(got: ArrayLike<number>, golden: Summary, tolerance: number, what: string): void {
  const rms = Math.max(golden.norm / Math.sqrt(got.length), 1e-30)
  const { norm, mean, samples } = describeNumbers(got, golden.samples.length)
  expect(got.length, `${what}: size`).toBe(golden.shape.reduce((a, b) => a * b, 1))
  expect(Math.abs(norm - golden.norm) / Math.max(golden.norm, 1e-30), `${what}: norm`).toBeLessThan(tolerance)
  expect(Math.abs(mean - golden.mean) / rms, `${what}: mean`).toBeLessThan(tolerance)
  const worst = Math.max(...samples.map((s, j) => Math.abs(s - golden.samples[j]!) / rms))
  expect(worst, `${what}: worst sample, in units of the rms`).toBeLessThan(tolerance * 5)
}

/** Norm within `tolerance`, and the median sample error within `tolerance` of the rms. */
export function expectGradient(got: ArrayLike<number>, golden: Summary, tolerance: number, what: string): void {
  expect(got.length, `${what}: size`).toBe(golden.shape.reduce((a, b) => a * b, 1))
  const { norm, samples } = describeNumbers(got)
  if (golden.norm === 0) {
    expect(norm, `${what}: should be zero`).toBe(0)
    return
  }
  const rms = golden.norm / Math.sqrt(got.length)
  expect(Math.abs(norm - golden.norm) / golden.norm, `${what}: norm`).toBeLessThan(tolerance)
  const errors = samples.map((s, j) => Math.abs(s - golden.samples[j]!) / rms).sort((a, b) => a - b)
  expect(errors[Math.floor(errors.length / 2)]!, `${what}: median sample error, in units of the rms`).toBeLessThan(
    tolerance,
  )
}

/**
 * Codes at the end of a run: norm, mean and the median sample within `tolerance` of the rms. The optimizer divides by the
 * root of tiny squared gradients, so a few numbers whose gradient is mere rounding go another way: they get fifty times
 * as much.
 */
export function expectCodes(got: ArrayLike<number>, golden: Summary, tolerance: number, what: string): void {
  expectGradient(got, golden, tolerance, what)
  expectSummary(got, golden, tolerance * 10, what)
  const rms = golden.norm / Math.sqrt(got.length)
  expect(Math.abs(describeNumbers(got).mean - golden.mean) / rms, `${what}: mean`).toBeLessThan(tolerance)
}

export function expectNear(got: number, golden: number, relative: number, what: string): void {
  expect(Math.abs(got - golden) / Math.max(Math.abs(golden), 1e-12), `${what}: ${got} against ${golden}`).toBeLessThan(
    relative,
  )
}

function describeNumbers(x: ArrayLike<number>, most?: number): { norm: number; mean: number; samples: number[] } {
  let squares = 0
  let total = 0
  for (let i = 0; i < x.length; i++) {
    squares += x[i]! * x[i]!
    total += x[i]!
  }
  return { norm: Math.sqrt(squares), mean: total / x.length, samples: sampleIndices(x.length, most).map((i) => x[i]!) }
}
