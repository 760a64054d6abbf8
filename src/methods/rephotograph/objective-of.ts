// The objective that a run's options ask for: how many latents move, and whether noise is added to them.

import type { Side } from '../../degrade/stage.ts'
import { generatorShape, latentSize } from '../../generator/stylegan2.ts'
import { mul } from '../../graph/elementwise.ts'
import { input } from '../../graph/tensor.ts'
import { buildObjective, type Objective } from './objective.ts'
import type { OptimizeOptions } from './options.ts'

/** The step of a run as a graph: what `optimize` compiles and `rephoto export` writes. */
export function objectiveOf(
  options: Pick<OptimizeOptions, 'network' | 'degradation' | 'files' | 'losses' | 'optimize' | 'latentDeviation'> & {
    target: { side: Side }
  },
): Objective {
  const { styleDim, latents } = generatorShape(options.network('stylegan2'))
  const { steps, coarseMin, latentNoise } = options.optimize
  const coarseLatents = Math.min(latents, latentSize(coarseMin * 2 ** (steps.length - 1)))
  return buildObjective({
    network: options.network,
    degradation: options.degradation,
    ...(options.files && { files: options.files }),
    losses: options.losses,
    target: options.target.side,
    coarseLatents,
    ...(latentNoise.strength > 0 && {
      latentNoise: mul(input('latent/noise', [1, coarseLatents, styleDim]), input('latent/strength', [1])),
    }),
  })
}
