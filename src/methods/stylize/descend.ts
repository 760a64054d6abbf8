/** The optimization of a run, scale by scale, recorded in its folder as one. */
import { type Bitmap, fromPlanar } from '../../images/bitmap.ts'
import { resize } from '../../images/resample.ts'
import { type Snapshot, type StepReport, descend as walk } from '../../optimize/descent.ts'
import { DivergedError, StateError } from '../../optimize/errors.ts'
import { endedStages, withLeftOut } from '../../optimize/schedule.ts'
import { brokenState, type DescentRecord, recordDescent, savedState } from '../../run/descent-record.ts'
import type { RunRecord } from '../../run/record.ts'
import { pixelsAt, type ScaleCourse, scaleCourse, sideAt, stepsAt } from './course.ts'
import type { Prepared } from './prepare.ts'
import type { StylizeConfig } from './schema.ts'
import type { Setting } from './setting.ts'
import { startPixels } from './start.ts'

/** Where the optimization came to. */
export interface Descended {
  readonly step: number
  readonly finished: boolean
  /** As the config keeps it. */
  readonly picture: Bitmap
  readonly failure?: Error
}

/** Steps of the scales, coarse to fine. */
export function scaleSteps(config: StylizeConfig): number[] {
  return config.size.scales.map((_, scale) => stepsAt(config, scale))
}

/** Runs the optimization from its start, or from the saved state in the run folder. */
export async function descend(
  setting: Setting,
  record: RunRecord,
  prepared: Prepared,
  signal: AbortSignal | undefined,
): Promise<Descended> {
  const { config } = setting
  const steps = scaleSteps(config)
  const totalSteps = steps.reduce((sum, count) => sum + count, 0)
  const saved = savedState(record.folder, record.manifest, totalSteps)
  const first = sideAt(config, prepared.pictures.content, 0)
  let pixels = startPixels(config, prepared.pictures, prepared.given, first, config.seed)
  if (signal?.aborted && !saved) return { step: 0, finished: false, picture: bitmapOf(pixels, first) }
  const kept = recordDescent(record, { totalSteps, stages: steps.length, output: config.output }, saved?.step ?? 0)
  let before = 0
  let course: ScaleCourse | undefined
  /** Steps that are left out of each scale. */
  const left = steps.map(() => 0)
  const had: DescentRecord['enough'] = (ended, resumed) => {
    left[ended.stage] = ended.planned - ended.steps
    kept.enough(ended, resumed)
  }
  const shifted = ({ step, tensors }: Snapshot): Snapshot => ({
    step: before + step,
    tensors: config.optimize.enough.gain > 0 ? withLeftOut(tensors, left) : tensors,
  })
  try {
    for (const ended of endedStages(steps, saved?.tensors ?? {})) had(ended, true)
    for (const [scale, planned] of steps.entries()) {
      const count = planned - left[scale]!
      // A state of the last step of a scale belongs to that scale: the next one begins with its picture.
      const resume = saved && saved.step > before && saved.step <= before + count ? saved : undefined
      if (!saved || saved.step <= before + count || scale === steps.length - 1) {
        const { content } = prepared.pictures
        if (course) pixels = enlarged(course, chosen(course, config, pixels), sideAt(config, content, scale))
        course = scaleCourse({
          config,
          pictures: prepared.pictures,
          features: setting.features,
          scale,
          seed: config.seed,
          start: resume ? pixelsOf(resume, sideAt(config, content, scale)) : pixels,
        })
        const later = steps.slice(scale + 1).reduce((sum, one) => sum + one, 0)
        const at = { scale, before, later, shifted }
        const end = await walkScale(
          setting,
          record,
          { ...kept, enough: had },
          course,
          at,
          resume && own(resume, at, left),
          signal,
        )
        pixels = end.snapshot.tensors.pixels!.data
        // Stopped between two scales, too, the state is that of the one that was walked.
        if (!end.finished || (signal?.aborted && scale < steps.length - 1)) {
          kept.save(shifted(end.snapshot))
          const picture = bitmapOf(chosen(course, config, pixels), course)
          return { step: before + end.snapshot.step, finished: false, picture }
        }
      }
      before += steps[scale]! - left[scale]!
    }
    return { step: before, finished: true, picture: bitmapOf(chosen(course!, config, pixels), course!) }
  } catch (error) {
    if (error instanceof StateError) throw brokenState(record.folder, error.message)
    if (!(error instanceof DivergedError) || !course) throw error
    const { pixels: last } = error.snapshot.tensors
    if (!last?.data.every(Number.isFinite)) throw error
    kept.save(shifted(error.snapshot))
    return {
      step: before + error.snapshot.step,
      finished: false,
      picture: bitmapOf(last.data, course),
      failure: new DivergedError(error.what, before + error.step, error.snapshot),
    }
  } finally {
    kept.close()
  }
}

interface At {
  readonly scale: number
  /** Steps of the scales before. */
  readonly before: number
  /** Steps that are planned for the scales behind it. */
  readonly later: number
  /** A state of the scale as one of the run. */
  shifted(snapshot: Snapshot): Snapshot
}

/** A state of the run as one of its scale. */
function own({ step, tensors }: Snapshot, { scale, before }: At, left: readonly number[]): Snapshot {
  return { step: step - before, tensors: withLeftOut(tensors, [left[scale]!]) }
}

async function walkScale(
  { config, compute }: Setting,
  record: RunRecord,
  kept: DescentRecord,
  course: ScaleCourse,
  { scale, before, later, shifted }: At,
  resume: Snapshot | undefined,
  signal: AbortSignal | undefined,
) {
  record.tell({ type: 'phase', name: 'compile', detail: `${course.width}×${course.height}` })
  const keepsPictures = config.keep.result !== 'last'
  return walk(
    course,
    {
      optimizer: config.optimize.optimizer,
      compile: compute.options,
      ...(resume && { resume }),
    },
    {
      onCompiled: kept.compiled,
      wantViews: (step) => keepsPictures || kept.wantsFrame(before + step),
      // Of a state the run has said it already.
      onEnough: (ended, resumed) => !resumed && kept.enough({ ...ended, stage: scale }, false),
      onStep: (report: StepReport, snapshot) => {
        course.follow(report)
        return kept.step(
          { ...report, stage: scale, step: before + report.step, totalSteps: before + report.totalSteps + later },
          () => bitmapOf(report.views!.picture!, course),
          async () => shifted(await snapshot()),
        )
      },
    },
    signal,
  )
}

/** The picture that a scale hands on. */
function chosen(course: ScaleCourse, { keep }: StylizeConfig, last: Float32Array): Float32Array {
  return keep.result === 'last' ? last : course.kept()[keep.result]
}

function enlarged(from: ScaleCourse, pixels: Float32Array, to: { width: number; height: number }): Float32Array {
  const picture = bitmapOf(pixels, from)
  return pixelsAt(resize(picture, to.width, to.height, 'bicubic'), to.width, to.height)
}

function pixelsOf({ tensors }: Snapshot, { width, height }: { width: number; height: number }): Float32Array {
  const { pixels } = tensors
  if (!pixels || pixels.data.length !== 3 * width * height)
    throw new StateError(`expected pixels of ${width}×${height}, found ${pixels ? 'others' : 'none'}`)
  return pixels.data
}

/** 8-bit picture of planar pixels in 0..1. */
export function bitmapOf(pixels: Float32Array, { width, height }: { width: number; height: number }): Bitmap {
  return fromPlanar(pixels, { channels: 3, width, height }, '01', 'round')
}
