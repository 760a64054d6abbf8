/**
 * The mean of a generator's w: not a network, but numbers that go with one. It comes along in the generator's or the
 * encoder's file; a pack of one's own training may add the covariance (`cov`).
 */
import { z } from 'zod'
import type { TensorSource } from '../checkpoint/value.ts'
import { mul } from '../graph/elementwise.ts'
import type { Found } from './found.ts'
import { networkKind } from './network.ts'

/** The mean of w as a network of its own: rows of an average latent are averaged (in official files they are equal). */
export function latentMean(average: TensorSource, at: string, byproduct = false): Found {
  const styleDim = average.shape.at(-1) ?? 0
  const read = () => {
    const data = average.read()
    const rows = data.length / styleDim
    return Float32Array.from({ length: styleDim }, (_, i) => {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += data[row * styleDim + i] ?? 0
      return sum / rows
    })
  }
  return {
    role: 'w_stats',
    title: `mean of w, ${styleDim} numbers`,
    styleDim,
    at,
    tensors: new Map([['mean', { dtype: 'F32' as const, shape: [styleDim], read }]]),
    byproduct,
    notes: [],
  }
}

export const wStatsNetwork = networkKind({
  roles: { w_stats: 'mean of the generator’s latent space' },
  layout: z.strictObject({}),
  files: 'comes along with `stylegan2` or `e4e`',
  ofGenerator: true,
  landmarks: [],
  recognise: () => [],
  // An output of a program must be computed by it.
  probe: (weights) => mul(weights.get('mean'), 1),
})
