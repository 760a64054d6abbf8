// The optimization of a portrait as one function with one observer: its codes first, by the objective, and then, where the config
// asks for it, the generator itself (pivotal tuning). Stages and steps are counted through.

import { type DescentObserver, descend, type Snapshot } from '../../optimize/descent.ts'
import { DivergedError } from '../../optimize/errors.ts'
import type { ArrayTensors } from '../../optimize/problem.ts'
import { endedStages, leftOutOf } from '../../optimize/schedule.ts'
import { portraitCourse } from './course.ts'
import type { Objective } from './objective.ts'
import { objectiveOf } from './objective-of.ts'
import type { Codes, Optimized, OptimizeOptions } from './options.ts'
import { tunedIn } from './tune/generator.ts'
import { LOCALITY } from './tune/problem.ts'
import { type TuneOptions, tune } from './tune/tune.ts'

export function optimize(
  options: OptimizeOptions,
  observer: DescentObserver = {},
  signal?: AbortSignal,
): Promise<Optimized> {
  const objective = objectiveOf(options)
  const { tune: config } = options
  if (config === undefined || config.steps === 0) return optimizeCodes(objective, options, observer, signal)
  return optimizeAll(objective, { ...options, tune: config }, observer, signal)
}

/** The codes, and then the generator, from wherever a resumed state stands. */
async function optimizeAll(
  objective: Objective,
  options: TuneOptions,
  observer: DescentObserver,
  signal: AbortSignal | undefined,
): Promise<Optimized> {
  const { steps } = options.optimize
  const { resume, ...anew } = options
  const ended = endedStages(steps, resume?.tensors ?? {})
  const planned = steps.reduce((sum, count) => sum + count, 0)
  const leftOut = ended.reduce((sum, stage) => sum + stage.planned - stage.steps, 0)
  const inTuning = resume !== undefined && resume.step >= planned - leftOut
  if (inTuning) for (const stage of ended) observer.onEnough?.(stage, true)
  const first = inTuning
    ? { finished: true, snapshot: resume, codes: codesOf(resume, objective) }
    : await optimizeCodes(objective, options, withLocality(options, observer), signal)
  if (!first.finished || (signal?.aborted && !inTuning)) return { ...first, finished: false }
  const before = inTuning ? planned - leftOut : first.snapshot.step
  const after = afterCodes(before, leftOutOf(first.snapshot.tensors))
  const tuned = inTuning && tunedIn(resume.tensors) !== undefined
  try {
    const { finished, snapshot } = await tune(
      tuned ? { ...anew, resume: { ...resume, step: resume.step - before } } : anew,
      first.codes,
      asLastStage(options, before, after, observer),
      signal,
    )
    const whole = after(snapshot)
    return { finished, snapshot: whole, codes: { ...first.codes, ...generatorIn(whole) } }
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error
    throw new DivergedError(error.what, error.step + before, after(error.snapshot))
  }
}

async function optimizeCodes(
  objective: Objective,
  options: OptimizeOptions,
  observer: DescentObserver,
  signal: AbortSignal | undefined,
): Promise<Optimized> {
  const { compile, resume, overrides } = options
  const course = portraitCourse(objective, options)
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
    return { finished, snapshot, codes: codesOf(snapshot, objective) }
  } finally {
    await course.dispose()
  }
}

/** Tells of the codes' steps as of a part of the whole: nothing has moved the generator yet, so its term is nothing. */
function withLocality({ tune }: Pick<TuneOptions, 'tune'>, observer: DescentObserver): DescentObserver {
  const term = tune.locality.weight > 0 ? { [LOCALITY]: { raw: 0, weighted: 0 } } : {}
  return {
    ...observer,
    onStep: (report, snapshot) =>
      observer.onStep?.(
        { ...report, totalSteps: report.totalSteps + tune.steps, losses: { ...report.losses, ...term } },
        snapshot,
      ),
  }
}

/** Tells of tuning as of the last stage. */
function asLastStage(
  { optimize, tune }: Pick<TuneOptions, 'optimize' | 'tune'>,
  before: number,
  after: (snapshot: Snapshot) => Snapshot,
  observer: DescentObserver,
): DescentObserver {
  const place = { stage: optimize.steps.length, totalSteps: before + tune.steps }
  return {
    ...observer,
    wantViews: (step) => observer.wantViews?.(step + before) ?? false,
    onStep: (report, snapshot) =>
      observer.onStep?.({ ...report, ...place, step: report.step + before }, async () => after(await snapshot())),
  }
}

/** A snapshot of tuning as one of the whole run, with what was left out of the codes' steps. */
function afterCodes(steps: number, leftOut: ArrayTensors): (snapshot: Snapshot) => Snapshot {
  return ({ step, tensors }) => ({ step: step + steps, tensors: { ...tensors, ...leftOut } })
}

/** The codes in a snapshot: latents, noise maps, the camera (what of it was not learned is what it was), a tuned generator. */
export function codesOf(
  snapshot: Pick<Snapshot, 'tensors'>,
  { camera, noise }: Pick<Objective, 'camera' | 'noise'>,
): Codes {
  const { tensors } = snapshot
  // In the order of the stages, as every table has them.
  const values = Object.entries(camera).map(([name, { parameter }]) => {
    const learned = tensors[`camera/${name}`]?.data
    return [name, learned ? [...learned] : [...parameter.start]] as const
  })
  return {
    latent: tensors['latent/whole']!.data,
    noise: noise.map((_, i) => tensors[`noise/${i}`]!.data),
    camera: Object.fromEntries(values),
    ...generatorIn(snapshot),
  }
}

function generatorIn({ tensors }: Pick<Snapshot, 'tensors'>): Pick<Codes, 'generator'> {
  const generator = tunedIn(tensors)
  return generator ? { generator } : {}
}
