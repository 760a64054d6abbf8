// Reduction to the size at which a loss compares.

import { z } from 'zod'
import { resample } from '../graph/resample.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type KernelRule, type ReductionGrid, reductionMatrix } from './gaussian.ts'
import { type Side, stageKind } from './stage.ts'

export interface DownsampleConfig {
  kernel: KernelRule
  grid: ReductionGrid
}

/** x [N, C, H, W] reduced to `target`; a side that has its size already is left alone. */
export function reduceTo(x: Tensor, target: Side, config: DownsampleConfig): Tensor {
  const [h, w] = x.shape.slice(2) as [number, number]
  if (h === target.height && w === target.width) return x
  return resample(
    x,
    reductionMatrix(h, target.height, config.kernel, config.grid),
    reductionMatrix(w, target.width, config.kernel, config.grid),
  )
}

export const downsample = stageKind({
  schema: z
    .strictObject({
      kernel: z.enum(['reference', 'gaussian']).describe('Kernel of the blur before sampling, as for the blur stage.'),
      grid: z
        .enum(['reference', 'exact'])
        .describe(
          'Where samples are taken when the sizes do not divide: "reference" has half a pixel of shift and an even kernel (quirk); "exact" is centred.',
        ),
    })
    .describe('Reduction to the size that a loss compares at; its place in the order is where that happens.'),
  defaults: { kernel: 'reference', grid: 'reference' },
  make: (config) => ({
    parameters: [],
    apply: (x, _, { target }) => (target ? reduceTo(x, target, config) : x),
  }),
})
