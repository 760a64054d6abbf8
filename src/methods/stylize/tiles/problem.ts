// Style transfer of a picture that is too large for one program, as a problem of the loop.

import { clamp } from '../../../graph/elementwise.ts'
import { input, type Tensor } from '../../../graph/tensor.ts'
import type { Outline, PartedProblem } from '../../../optimize/problem.ts'
import { pixelWeights } from '../pixel-terms.ts'
import type { StylizeConfig } from '../schema.ts'
import { TiledEvaluation } from './evaluation.ts'
import { planTiles, type TiledOptions } from './plan.ts'

type ProblemOptions = Omit<TiledOptions, 'config'> & {
  readonly config: TiledOptions['config'] & Pick<StylizeConfig, 'optimize'>
}

/** Learned and fed as in `stylizeProblem`; given at a scale's start are "content", "style/<i>", and all weights of places. */
export function tiledProblem(options: ProblemOptions): PartedProblem {
  const plan = planTiles(options)
  const weights = { ...plan.weights, ...pixelWeights(options.config) }
  return {
    ...tiledOutline(options),
    terms: Object.fromEntries(Object.entries(weights).map(([term, weight]) => [term, { weight }])),
    open: (compile) => TiledEvaluation.open(options, plan, compile),
  }
}

/** The variable and what is looked at, without the terms. */
export function tiledOutline({ side, config }: Pick<ProblemOptions, 'side' | 'config'>): Outline {
  return {
    name: 'style transfer, tile by tile',
    variables: {
      pixels: {
        tensor: input('pixels', [1, 3, side.height, side.width]),
        rate: input('lr', [1]),
        ...(config.optimize.clamp && { project: (next: Tensor) => clamp(next, 0, 1) }),
      },
    },
    terms: {},
    views: { picture: true },
    draws: [],
  }
}
