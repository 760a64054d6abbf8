// How tuning is walked: one stage, at codes that stand still.
import type { Numbers } from '../../../engine/values.ts'
import type { ArrayTensors, Course } from '../../../optimize/problem.ts'
import { splitLatent } from '../course.ts'
import type { Objective } from '../objective.ts'
import type { Codes } from '../options.ts'
import { openSiblings } from '../siblings.ts'
import { generatorStart } from './generator.ts'
import { tuningProblem } from './problem.ts'
import type { TuneOptions } from './tune.ts'

export interface TuningCourse extends Course {
  dispose(): Promise<void>
}

/** @param codes where the optimization of the codes ended */
export function tuningCourse(options: TuneOptions, codes: Codes): TuningCourse {
  const { objective, problem } = tuningProblem(options)
  const { tune, seed, optimize } = options
  const siblings = openSiblings(options)
  return {
    problem,
    steps: [tune.steps],
    seed,
    start: { ...generatorStart(options.network('stylegan2')), ...heldCodes(objective, codes) },
    told: Object.keys(objective.camera).map((name) => `camera/${name}`),
    feeds: () => ({ 'lr/generator': [tune.lr] }),
    given: () => siblings.at(optimize.steps.length, codes.latent),
    // The codes stand in the state, too: who goes on from it gives them back as `codes`.
    memory: {
      stageStarts: async () => {},
      save: async () => savedCodes(objective, codes),
      load: () => ({}),
    },
    dispose: siblings.dispose,
  }
}

function heldCodes(objective: Objective, { latent, noise, camera }: Codes): Record<string, Numbers> {
  return {
    ...splitLatent(objective, latent),
    ...Object.fromEntries(noise.map((map, i) => [`noise/${i}`, map])),
    ...Object.fromEntries(Object.entries(camera).map(([name, values]) => [`camera/${name}`, [...values]])),
  }
}

function savedCodes(objective: Objective, { latent, noise, camera }: Codes): ArrayTensors {
  const { latents, styleDim } = objective.shape
  const saved: Record<string, ArrayTensors[string]> = { 'latent/whole': { shape: [latents, styleDim], data: latent } }
  noise.forEach((data, i) => {
    saved[`noise/${i}`] = { shape: objective.noise[i]!.shape, data }
  })
  for (const [name, values] of Object.entries(camera))
    saved[`camera/${name}`] = { shape: [values.length], data: Float32Array.from(values) }
  return saved
}
