// Reduction to the size at which a loss compares.

import { resample } from '../graph/resample.ts'
import type { Tensor } from '../graph/tensor.ts'
import { type KernelRule, type ReductionGrid, reductionMatrix } from './gaussian.ts'
import type { Side, Stage } from './stage.ts'

export interface DownsampleConfig {
  kernel: KernelRule
  grid: ReductionGrid
}

/** x [N, C, H, W] reduced to `target`; a side that has its size already is left alone. */
export function downsample(x: Tensor, target: Side, config: DownsampleConfig): Tensor {
  const [h, w] = x.shape.slice(2) as [number, number]
  if (h === target.height && w === target.width) return x
  return resample(
    x,
    reductionMatrix(h, target.height, config.kernel, config.grid),
    reductionMatrix(w, target.width, config.kernel, config.grid),
  )
}

export function downsampleStage(config: DownsampleConfig): Stage {
  return {
    name: 'downsample',
    parameters: [],
    apply: (x, _, { target }) => (target ? downsample(x, target, config) : x),
  }
}
