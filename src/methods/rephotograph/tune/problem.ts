// Pivotal tuning as a problem of the loop (Roich et al. 2021): the objective of the run, at the codes that it found, with the
// generator's weights as what is learned.

import { generatorShape, latentSize } from '../../../generator/stylegan2.ts'
import { input, type Tensor } from '../../../graph/tensor.ts'
import type { Problem, Variable, WeightedTerm } from '../../../optimize/problem.ts'
import { buildObjective, type Objective } from '../objective.ts'
import { type TunableGenerator, tunableGenerator } from './generator.ts'
import { locality } from './locality.ts'
import type { TuneOptions } from './tune.ts'

/** Name of the term that only tuning has. */
export const LOCALITY = 'locality'

export interface Tuning {
  readonly problem: Problem
  readonly objective: Objective
}

/**
 * Learned: "generator/<key>". Fed besides: "lr/generator" [1]. Held: "latent", "latent/rest", "noise/<i>", "camera/…" as they were found,
 * and what the terms need once.
 */
export function tuningProblem(
  options: Pick<TuneOptions, 'network' | 'degradation' | 'files' | 'losses' | 'optimize' | 'tune'> & {
    readonly target: Pick<TuneOptions['target'], 'side'>
  },
): Tuning {
  const { network, tune, optimize } = options
  const frozen = network('stylegan2')
  const generator: TunableGenerator = tunableGenerator(frozen)
  const { latents } = generatorShape(frozen)
  const objective = buildObjective({
    network,
    generator: generator.weights,
    degradation: options.degradation,
    ...(options.files && { files: options.files }),
    losses: options.losses,
    target: options.target.side,
    coarseLatents: Math.min(latents, latentSize(optimize.coarseMin * 2 ** (optimize.steps.length - 1))),
  })
  const rate = input('lr/generator', [1])
  const variables: Record<string, Variable> = {}
  for (const [name, tensor] of Object.entries(generator.tensors)) variables[name] = { tensor, rate }
  const held: Record<string, Tensor> = { ...objective.once, latent: objective.latent }
  if (objective.latentRest) held['latent/rest'] = objective.latentRest
  objective.noise.forEach((map, i) => {
    held[`noise/${i}`] = map
  })
  for (const [name, { tensor }] of Object.entries(objective.camera)) held[`camera/${name}`] = tensor
  const terms: Record<string, WeightedTerm> = { ...objective.terms }
  const draws = [...objective.draws]
  if (tune.locality.weight > 0) {
    const { loss, draw } = locality(objective, generator, network, tune.locality)
    terms[LOCALITY] = { loss, weight: tune.locality.weight }
    draws.push(draw)
  }
  return {
    objective,
    problem: {
      name: 'rephoto tuning step',
      variables,
      terms,
      views: { image: objective.image, degraded: objective.degraded },
      draws,
      held,
      prepared: objective.prepared,
    },
  }
}
