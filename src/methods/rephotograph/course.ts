// What a portrait's optimization starts from, is fed at every step and looks at anew at the start of a stage.

import type { Feeds, Numbers } from '../../engine/values.ts'
import { latentSize } from '../../generator/stylegan2.ts'
import { sizeOf } from '../../graph/shape.ts'
import { randomStream } from '../../numbers/random.ts'
import { savedData } from '../../optimize/errors.ts'
import type { Course, Position, ReadState } from '../../optimize/problem.ts'
import type { Objective } from './objective.ts'
import type { OptimizeConfig, OptimizeOptions } from './options.ts'
import { portraitProblem } from './problem.ts'
import { openSiblings } from './siblings.ts'

/** A course with the generator it draws siblings by, to be freed in the end. */
export interface PortraitCourse extends Course {
  dispose(): Promise<void>
}

/** All latents, those that are optimized and those that are not. */
export async function wholeLatent(objective: Objective, read: ReadState): Promise<Float32Array<ArrayBuffer>> {
  const rest = objective.latentRest ? await read('latent/rest') : []
  return Float32Array.from([...(await read('latent')), ...rest])
}

export function portraitCourse(objective: Objective, options: OptimizeOptions): PortraitCourse {
  const { optimize, seed, start } = options
  const { latents, styleDim } = objective.shape
  const camera = Object.entries(objective.camera)
  const beginning: Record<string, Numbers> = splitLatent(objective, start.latent)
  start.noise.forEach((map, i) => {
    beginning[`noise/${i}`] = map
  })
  for (const [name, { parameter }] of camera) beginning[`camera/${name}`] = [...parameter.start]

  const siblings = openSiblings(options)
  let stageLatent = new Float32Array()
  const whole = (data: Float32Array) => ({ shape: [latents, styleDim], data })

  return {
    problem: portraitProblem(objective, optimize),
    steps: optimize.steps,
    ...(optimize.enough && { enough: optimize.enough }),
    goesOn: (stage, plan) => goesOn(optimize, stage, plan),
    seed,
    start: beginning,
    told: camera.map(([name]) => `camera/${name}`),
    feeds: (at) => ({ ...ratesAt(objective, options, at), ...latentNoiseAt(objective, options, at) }),
    given: (stage) => siblings.at(stage, stageLatent),
    memory: {
      async stageStarts(read) {
        stageLatent = await wholeLatent(objective, read)
      },
      save: async (read) => ({
        'latent/whole': whole(await wholeLatent(objective, read)),
        'latent/stage': whole(stageLatent.slice()),
      }),
      load(saved) {
        const shape = [latents, styleDim]
        stageLatent = Float32Array.from(savedData(saved, 'latent/stage', shape))
        return splitLatent(objective, savedData(saved, 'latent/whole', shape))
      },
    },
    dispose: siblings.dispose,
  }
}

/** A whole latent as the inputs of an objective. */
export function splitLatent(objective: Objective, latent: Float32Array): Record<string, Float32Array> {
  const optimized = sizeOf(objective.latent.shape)
  return {
    latent: latent.subarray(0, optimized),
    ...(objective.latentRest && { 'latent/rest': latent.subarray(optimized) }),
  }
}

function ratesAt(objective: Objective, { optimize }: OptimizeOptions, at: Position): Feeds {
  const learning = latentSize(optimize.coarseMin * 2 ** at.stage)
  const share = rateShare(optimize.ramp, at)
  const rates: Record<string, number[]> = {
    'lr/latent': [optimize.lr * share],
    'lr/noise': [optimize.noiseLr * share],
    'latent/mask': Array.from({ length: objective.latent.shape[1]! }, (_, i) => (i < learning ? 1 : 0)),
  }
  for (const [name, { parameter }] of Object.entries(objective.camera))
    if (parameter.learn)
      rates[`lr/camera/${name}`] = [(parameter.lr ?? optimize.cameraLr) * (parameter.pace ?? 1) * share]
  return rates
}

/** Which part of the rates a step has: a linear rise, then half a cosine down, as in StyleGAN2's projector (Karras et al. 2020, appendix D). */
function rateShare({ up, down }: OptimizeConfig['ramp'], { plan: { step, totalSteps } }: Position): number {
  const [begun, left] = [(step + 1) / totalSteps, (totalSteps - step) / totalSteps]
  const rise = up > 0 ? Math.min(1, begun / up) : 1
  const fall = down > 0 ? 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, left / down)) : 1
  return rise * fall
}

/** Steps whose rates rise, or with fading noise on the latent, gain for reasons of their own; the fall is walked whole, but sooner. */
function goesOn(
  { ramp, latentNoise, steps }: OptimizeConfig,
  stage: number,
  plan: Position['plan'],
): number | undefined {
  const { step, totalSteps } = plan
  const isRising = step + 1 < ramp.up * totalSteps
  const isNoisy = latentNoise.strength > 0 && step < latentNoise.ramp * totalSteps
  const fall = Math.round((1 - ramp.down) * totalSteps)
  if (isRising || isNoisy || step >= fall) return undefined
  return Math.min(
    fall,
    steps.slice(0, stage + 1).reduce((sum, count) => sum + count, 0),
  )
}

function latentNoiseAt(objective: Objective, options: OptimizeOptions, { step, plan }: Position): Feeds {
  const { strength, ramp } = options.optimize.latentNoise
  if (strength === 0) return {}
  const fade = Math.max(0, 1 - plan.step / plan.totalSteps / ramp) ** 2
  return {
    'latent/noise': randomStream(options.seed, 'latent/noise', step).normal(sizeOf(objective.latent.shape)),
    'latent/strength': [strength * fade * (options.latentDeviation ?? 1)],
  }
}
