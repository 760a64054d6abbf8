// Style transfer of a picture that is too large for one program, as a problem of the loop.

import { clamp } from '../../../graph/elementwise.ts'
import { input, type Tensor } from '../../../graph/tensor.ts'
import type { PartedProblem } from '../../../optimize/problem.ts'
import type { StylizeConfig } from '../schema.ts'
import { pixelWeights, planTiles, TiledEvaluation, type TiledOptions } from './evaluation.ts'

/** Learned and fed as in `stylizeProblem`; given at a scale's start are "content", "style/<i>", and all weights of places. */
export function tiledProblem(
  options: Omit<TiledOptions, 'config'> & {
    readonly config: TiledOptions['config'] & Pick<StylizeConfig, 'optimize'>
  },
): PartedProblem {
  const { side, config } = options
  const plan = planTiles(options)
  const weights = { ...plan.weights, ...pixelWeights(config) }
  return {
    name: 'style transfer, tile by tile',
    variables: {
      pixels: {
        tensor: input('pixels', [1, 3, side.height, side.width]),
        rate: input('lr', [1]),
        ...(config.optimize.clamp && { project: (next: Tensor) => clamp(next, 0, 1) }),
      },
    },
    terms: Object.fromEntries(Object.entries(weights).map(([term, weight]) => [term, { weight }])),
    views: { picture: true },
    draws: [],
    open: (compile) => TiledEvaluation.open(options, plan, compile),
  }
}
