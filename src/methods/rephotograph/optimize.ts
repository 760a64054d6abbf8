// The optimization of a portrait as one function with one observer: its objective, walked by the loop.

import { type DescentObserver, descend, type Snapshot } from '../../optimize/descent.ts'
import { portraitCourse } from './course.ts'
import { objectiveOf } from './objective-of.ts'
import type { Codes, Optimized, OptimizeOptions } from './options.ts'

export async function optimize(
  options: OptimizeOptions,
  observer: DescentObserver = {},
  signal?: AbortSignal,
): Promise<Optimized> {
  const objective = objectiveOf(options)
  const course = portraitCourse(objective, options)
  const { compile, resume, overrides } = options
  try {
    const { finished, snapshot } = await descend(
      course,
      {
        optimizer: options.optimize.optimizer,
        ...(compile && { compile }),
        ...(resume && { resume }),
        ...(overrides?.draws && { draws: overrides.draws }),
      },
      observer,
      signal,
    )
    const fixed = Object.entries(objective.camera).flatMap(([name, { parameter }]) =>
      parameter.learn ? [] : [[name, [...parameter.start]] as const],
    )
    const learned = codesOf(snapshot, objective.noise.length)
    const camera = { ...Object.fromEntries(fixed), ...learned.camera }
    // In the order of the stages, as every table has them.
    const ordered = Object.fromEntries(Object.keys(objective.camera).map((name) => [name, camera[name]!]))
    return { finished, snapshot, codes: { ...learned, camera: ordered } }
  } finally {
    await course.dispose()
  }
}

/** The codes in a snapshot: latents, noise maps, and what was learned of the camera. */
export function codesOf({ tensors }: Pick<Snapshot, 'tensors'>, noiseMaps: number): Codes {
  const camera = Object.entries(tensors).filter(([name]) => name.startsWith('camera/'))
  return {
    latent: tensors['latent/whole']!.data,
    noise: Array.from({ length: noiseMaps }, (_, i) => tensors[`noise/${i}`]!.data),
    camera: Object.fromEntries(camera.map(([name, { data }]) => [name.slice('camera/'.length), [...data]])),
  }
}
