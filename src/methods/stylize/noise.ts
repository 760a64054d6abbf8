// What an optimization of pixels can start from.

import type { Random } from '../../numbers/random.ts'
import { cholesky } from '../../numbers/whitening.ts'
import type { StylizeConfig } from './schema.ts'

/** Numbers around 0 of deviation 1 (of −1..1 where uniform). */
function drawn(random: Random, count: number, kind: StylizeConfig['start']['kind']): Float32Array {
  if (kind === 'uniform') return Float32Array.from({ length: count }, () => 2 * random.uniform() - 1)
  const numbers = random.normal(count)
  if (kind === 'truncated')
    for (let i = 0; i < count; i++) while (Math.abs(numbers[i]!) > 2) numbers[i] = random.normal(1)[0]!
  return numbers
}

/** Noise around mid-gray, planar [3, n] in 0..1 (clipped). */
export function noisePixels(random: Random, n: number, start: StylizeConfig['start']): Float32Array {
  return clipped(drawn(random, 3 * n, start.kind).map((v) => 0.5 + start.deviation * v))
}

/** Noise whose pixels have the mean and covariance of a picture's, planar [3, n] in 0..1 (clipped). */
export function colorNoise(random: Random, n: number, picture: Float32Array): Float32Array {
  const m = picture.length / 3
  const mean = [0, 1, 2].map((c) => average(picture, c * m, m))
  const covariance = new Float64Array(9)
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) {
      let sum = 0
      for (let i = 0; i < m; i++) sum += (picture[a * m + i]! - mean[a]!) * (picture[b * m + i]! - mean[b]!)
      covariance[3 * a + b] = sum / m + (a === b ? 1e-8 : 0)
    }
  const root = cholesky(covariance, 3)
  const numbers = random.normal(3 * n)
  const out = new Float32Array(3 * n)
  for (let i = 0; i < n; i++)
    for (let a = 0; a < 3; a++) {
      let v = mean[a]!
      for (let b = 0; b <= a; b++) v += root[3 * a + b]! * numbers[b * n + i]!
      out[a * n + i] = v
    }
  return clipped(out)
}

/** (1 − share)·picture + share·noise. */
export function mixed(picture: Float32Array, noise: Float32Array, share: number): Float32Array {
  return share === 0 ? picture : picture.map((v, i) => (1 - share) * v + share * noise[i]!)
}

function average(values: Float32Array, start: number, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[start + i]!
  return sum / count
}

function clipped(values: Float32Array): Float32Array {
  return values.map((v) => Math.min(1, Math.max(0, v)))
}
