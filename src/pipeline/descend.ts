/**
 * The optimization of a run, with everything around it that must survive a kill: rows of losses as they come, frames,
 * and every few seconds a state from which it continues.
 */
import type { ResolvedConfig } from '../config/index.ts'
import { degradationStages, stageParameters } from '../degrade/degrade.ts'
import { toPlanar } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { codesOf, optimize } from '../methods/rephotograph/optimize.ts'
import type { OptimizeOptions } from '../methods/rephotograph/options.ts'
import type { Snapshot, StepReport } from '../optimize/descent.ts'
import { DivergedError, StateError } from '../optimize/errors.ts'
import { checkState, stateNotes } from '../run/binding.ts'
import { RunFolderError } from '../run/errors.ts'
import type { StepEvent } from '../run/events.ts'
import { runFile, runName, tidy } from '../run/folder.ts'
import { makeInside } from '../run/inside.ts'
import { openLossLog } from '../run/losses.ts'
import type { Manifest } from '../run/manifest.ts'
import { writeRunPicture } from '../run/pictures.ts'
import type { RunRecord } from '../run/record.ts'
import { loadState, type SavedState, saveState } from '../run/state.ts'
import type { PortraitCodes } from './codes.ts'
import { latentDeviation } from './deviation.ts'
import { networkOf } from './networks.ts'
import { bitmapOf, type Prepared } from './prepare.ts'
import type { Setting } from './setting.ts'
import { stageFiles } from './stage-files.ts'

/** Where the optimization ended. */
export interface Descended {
  readonly step: number
  /** False when the signal stopped it. */
  readonly finished: boolean
  readonly codes: PortraitCodes
  /** What stopped it short of the signal: a loss that is no number. */
  readonly failure?: DivergedError
}

/** Runs the optimization from its start, or from the saved state in the run folder. */
export async function descend(
  setting: Setting,
  record: RunRecord,
  start: Prepared,
  signal: AbortSignal | undefined,
): Promise<Descended> {
  const { config, shape, compute } = setting
  const { folder } = record
  const saved = savedState(folder, record.manifest, totalSteps(config))
  tidy(folder, saved?.step ?? 0)
  // Stopped while the portrait was being prepared: compiling a step to take none would only keep the user waiting.
  if (signal?.aborted && !saved) {
    return {
      step: 0,
      finished: false,
      codes: { latent: start.latent, noise: start.noise, camera: cameraStart(config) },
    }
  }
  if (config.output.frames > 0) makeInside(folder, runName.frames)
  const log = openLossLog(runFile.losses(folder), saved?.step ?? 0)
  const frames = frameSchedule(totalSteps(config), config.output.frames)
  let savedAt = performance.now()

  const save = (snapshot: Snapshot) => {
    record.checkHeld()
    // Rows first: a state may only claim steps whose rows are safe.
    log.flush()
    const notes = stateNotes(record.manifest)
    saveState(runFile.state(folder), { step: snapshot.step, tensors: snapshot.tensors, notes })
    record.progress(snapshot.step)
    savedAt = performance.now()
  }
  const onStep = async (report: StepReport, snapshot: () => Promise<Snapshot>) => {
    const event = stepEvent(report, config)
    log.append(event)
    record.tell(event)
    if (report.views) {
      const bitmap = bitmapOf(report.views.image!, shape.size, 'round')
      await writeRunPicture(folder, runName.frame(report.step), bitmap)
      record.tell({ type: 'frame', step: report.step, bitmap })
    }
    if (performance.now() - savedAt >= config.output.saveEverySeconds * 1000) save(await snapshot())
  }
  let began = performance.now()
  const onCompiled = ({ flops, milliseconds }: { flops: number; milliseconds: number }) => {
    record.spent('compile', milliseconds / 1000)
    record.tell({ type: 'phase', name: 'optimize', detail: `${(flops / 1e9).toFixed(1)} GFLOP a step` })
    began = performance.now()
  }

  const why = config.device === 'auto' ? { detail: `for ${compute.device}: ${compute.reason}` } : {}
  record.tell({ type: 'phase', name: 'compile', ...why })
  try {
    const options = await optimizeOptions(setting, start, saved)
    const result = await optimize(options, { onCompiled, wantViews: (step) => frames.has(step), onStep }, signal)
    if (!result.finished) save(result.snapshot)
    return { step: result.snapshot.step, finished: result.finished, codes: result.codes }
  } catch (error) {
    if (error instanceof StateError) throw brokenState(folder, error.message)
    if (!(error instanceof DivergedError)) throw error
    // The loop gives back the last state whose losses were good; should that be spoilt too, the saved one is left.
    const good = allFinite(error.snapshot) ? error.snapshot : loadState(runFile.state(folder))
    if (good === undefined) throw error
    if (good === error.snapshot) save(error.snapshot)
    return { step: good.step, finished: false, codes: codesOf(good, shape.noiseSides.length), failure: error }
  } finally {
    record.spent('optimize', (performance.now() - began) / 1000)
    log.close()
  }
}

/** The state to continue from; undefined where none was saved yet. @throws RunFolderError for one of another run */
export function savedState(folder: string, manifest: Manifest, total: number): SavedState | undefined {
  const saved = loadState(runFile.state(folder))
  if (!saved) return undefined
  checkState(folder, manifest, saved.notes)
  if (saved.step > total) throw brokenState(folder, `step: expected at most ${total}, found ${saved.step}`)
  return saved
}

function brokenState(folder: string, problem: string): RunFolderError {
  return new RunFolderError(`${runFile.state(folder)}: ${problem}; restore the file from a copy, or start the run anew`)
}

/** Number of steps of a run. */
export function totalSteps(config: ResolvedConfig): number {
  return config.optimize.steps.reduce((sum, count) => sum + count, 0)
}

/** Steps whose pictures are kept: `count` of them, evenly spread, the last step's own coming from the result. */
export function frameSchedule(total: number, count: number): ReadonlySet<number> {
  return new Set(Array.from({ length: count }, (_, frame) => Math.round((total * frame) / count)))
}

async function optimizeOptions(
  setting: Setting,
  start: Prepared,
  saved: Snapshot | undefined,
): Promise<OptimizeOptions> {
  const { pack, config, compute } = setting
  const { width, height } = start.target
  return {
    network: networkOf(pack),
    degradation: config.degradation,
    files: await stageFiles(config),
    losses: config.losses,
    optimize: config.optimize,
    seed: config.seed,
    target: { side: { width, height }, data: toPlanar(toColor(start.target), 'pm1') },
    start: { latent: start.latent, noise: start.noise },
    compile: compute.options,
    ...(saved === undefined ? {} : { resume: { step: saved.step, tensors: saved.tensors } }),
    ...(config.optimize.latentNoise.strength > 0
      ? { latentDeviation: await latentDeviation(pack, compute.options) }
      : {}),
  }
}

function stepEvent(report: StepReport, config: ResolvedConfig): StepEvent {
  return {
    type: 'step',
    stage: report.stage,
    stages: config.optimize.steps.length,
    step: report.step + 1,
    totalSteps: report.totalSteps,
    losses: { total: report.total, terms: report.losses },
    camera: flatCamera(report.told),
    milliseconds: report.milliseconds,
  }
}

function cameraStart({ degradation }: ResolvedConfig): Record<string, readonly number[]> {
  const parameters = stageParameters(degradationStages(degradation))
  return Object.fromEntries(parameters.map(({ fullName, start }) => [fullName, start]))
}

/** One number per name: a parameter of several is numbered. */
export function flatCamera(camera: Readonly<Record<string, readonly number[]>>): Record<string, number> {
  const entries = Object.entries(camera).flatMap(([name, values]) =>
    values.map((value, i) => {
      const short = name.replace(/^camera\//u, '')
      return [values.length === 1 ? short : `${short}[${i}]`, value] as const
    }),
  )
  return Object.fromEntries(entries)
}

function allFinite({ tensors }: Snapshot): boolean {
  return Object.values(tensors).every(({ data }) => data.every(Number.isFinite))
}
