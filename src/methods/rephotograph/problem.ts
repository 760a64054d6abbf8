// The objective as a problem of the loop: which tensors are learned, at which rate, and how each is kept what it is.

import { projected } from '../../degrade/stage.ts'
import { mul } from '../../graph/elementwise.ts'
import { input, type Tensor } from '../../graph/tensor.ts'
import { normalizeNoise } from '../../losses/normalize-noise.ts'
import type { Problem, Variable } from '../../optimize/problem.ts'
import type { Objective } from './objective.ts'

/**
 * Learned: "latent", "noise/<i>", "camera/<stage>.<parameter>". Fed besides: "lr/latent", "lr/noise", "lr/camera/…" ([1]
 * each), "latent/mask" (1 where a layer is optimized in this stage).
 */
export function portraitProblem(objective: Objective, options: { readonly normalizeNoise: boolean }): Problem {
  const rates = { latent: input('lr/latent', [1]), noise: input('lr/noise', [1]) }
  const mask = input('latent/mask', [1, objective.latent.shape[1]!, 1])
  const variables: Record<string, Variable> = {
    latent: { tensor: objective.latent, rate: mul(rates.latent, mask) },
  }
  objective.noise.forEach((tensor, i) => {
    variables[`noise/${i}`] = {
      tensor,
      rate: rates.noise,
      ...(options.normalizeNoise && { project: normalizeNoise }),
    }
  })
  const held: Record<string, Tensor> = { ...objective.once }
  if (objective.latentRest) held['latent/rest'] = objective.latentRest
  for (const [name, { tensor, parameter }] of Object.entries(objective.camera)) {
    const full = `camera/${name}`
    if (parameter.learn)
      variables[full] = {
        tensor,
        rate: input(`lr/${full}`, [1]),
        project: (next) => projected(next, parameter),
      }
    else held[full] = tensor
  }
  return {
    name: 'rephoto optimization step',
    variables,
    terms: objective.terms,
    views: { image: objective.image, degraded: objective.degraded },
    draws: objective.draws,
    held,
    prepared: objective.prepared,
  }
}
