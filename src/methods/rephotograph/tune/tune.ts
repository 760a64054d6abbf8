// Pivotal tuning (Roich et al. 2021, "Pivotal Tuning for Latent-based Editing of Real Images"), through the camera and the film.
import { type Descended, type DescentObserver, descend } from '../../../optimize/descent.ts'
import type { Codes, OptimizeOptions } from '../options.ts'
import { tuningCourse } from './course.ts'
import type { TuneConfig } from './schema.ts'

/** Roich et al. leave Adam as torch has it. */
export const tuneOptimizer = { name: 'adam', betas: [0.9, 0.999], eps: 1e-8 } as const

/** What tuning is given: what the codes were found by, and how far to go on. */
export type TuneOptions = OptimizeOptions & { readonly tune: TuneConfig }

/** Moves the generator's weights while the codes stand still. */
export async function tune(
  options: TuneOptions,
  codes: Codes,
  observer: DescentObserver,
  signal: AbortSignal | undefined,
): Promise<Descended> {
  const { compile, resume, overrides } = options
  const course = tuningCourse(options, codes)
  try {
    return await descend(
      course,
      {
        optimizer: tuneOptimizer,
        ...(compile && { compile }),
        ...(resume && { resume }),
        ...(overrides?.draws && { draws: overrides.draws }),
      },
      observer,
      signal,
    )
  } finally {
    await course.dispose()
  }
}
