// One optimization step as one program: forward, backward, RAdam for every parameter group, noise normalisation. The
// parameters and moments are its state; what is fed are the step's random draws and a handful of scalars; what comes out
// are the losses and, when asked for, pictures.

import { type Parameter, projected } from '../degrade/stage.ts'
import type { Program } from '../engine/executable.ts'
import { mul } from '../graph/elementwise.ts'
import { gradients } from '../graph/gradients.ts'
import { input, scope, type Tensor } from '../graph/tensor.ts'
import { normalizeNoise } from './normalize-noise.ts'
import type { Objective } from './objective.ts'
import { type RAdamConfig, radamUpdate } from './radam.ts'

export interface StepOptions {
  optimizer: RAdamConfig
  normalizeNoise: boolean
}

/** Learned parameters by state name, with the learning rate that moves them. */
export type ParameterGroup = 'latent' | 'noise' | 'camera'

export interface Learned {
  tensor: Tensor
  group: ParameterGroup
  /** Of the camera's: how it is kept where it has a meaning. */
  parameter?: Parameter
}

export function learnedParameters(objective: Objective): Record<string, Learned> {
  const learned: Record<string, Learned> = {
    latent: { tensor: objective.latent, group: 'latent' },
  }
  objective.noise.forEach((tensor, i) => {
    learned[`noise/${i}`] = { tensor, group: 'noise' }
  })
  for (const [name, { tensor, parameter }] of Object.entries(objective.camera))
    if (parameter.learn) learned[`camera/${name}`] = { tensor, group: 'camera', parameter }
  return learned
}

/**
 * Inputs: "radam/adaptive", "radam/plain", "lr/latent", "lr/noise", "lr/camera/<stage>.<parameter>" ([1] each),
 * "latent/mask" (1 where a layer is optimized in this stage), "weight/<term>", the objective's draws. Outputs: "loss/<term>" (raw), "loss/total",
 * "image", "degraded": all of the parameters *before* the step. State: parameters, and their moments under "m/…", "v/…".
 */
export function stepProgram(objective: Objective, options: StepOptions): Program {
  const learned = Object.entries(learnedParameters(objective))
  const scales = { adaptive: input('radam/adaptive', [1]), plain: input('radam/plain', [1]) }
  const rates = { latent: input('lr/latent', [1]), noise: input('lr/noise', [1]) }
  const mask = input('latent/mask', [1, objective.latent.shape[1]!, 1])
  const slopes = gradients(
    objective.total,
    learned.map(([, { tensor }]) => tensor),
  )

  const state: Record<string, { current: Tensor; next: Tensor }> = {}
  scope('update', () =>
    learned.forEach(([name, { tensor, group, parameter: limits }], i) => {
      const moments = { mean: input(`m/${name}`, tensor.shape), square: input(`v/${name}`, tensor.shape) }
      const rate =
        group === 'camera' ? input(`lr/${name}`, [1]) : group === 'latent' ? mul(rates.latent, mask) : rates.noise
      const next = radamUpdate(tensor, slopes[i]!, moments, scales, rate, options.optimizer)
      const noise = group === 'noise' && options.normalizeNoise
      const parameter = limits
        ? projected(next.parameter, limits)
        : noise
          ? normalizeNoise(next.parameter)
          : next.parameter
      state[name] = { current: tensor, next: parameter }
      state[`m/${name}`] = { current: moments.mean, next: next.moments.mean }
      state[`v/${name}`] = { current: moments.square, next: next.moments.square }
    }),
  )

  const fixed: Record<string, Tensor> = { ...objective.once }
  if (objective.latentRest) fixed['latent/rest'] = objective.latentRest
  for (const [name, { tensor, parameter }] of Object.entries(objective.camera))
    if (!parameter.learn) fixed[`camera/${name}`] = tensor
  const outputs: Record<string, Tensor> = { 'loss/total': objective.total }
  for (const [name, term] of Object.entries(objective.terms)) outputs[`loss/${name}`] = term
  return {
    name: 'rephoto optimization step',
    outputs: { ...outputs, image: objective.image, degraded: objective.degraded },
    state,
    fixed,
  }
}
