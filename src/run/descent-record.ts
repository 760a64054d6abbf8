/**
 * An optimization in a run folder: rows of losses as they come, frames, and every few seconds a state from which it continues, all
 * that must survive a kill.
 */
import type { Bitmap } from '../images/bitmap.ts'
import type { Snapshot, StepReport } from '../optimize/descent.ts'
import type { EndedStage } from '../optimize/schedule.ts'
import { checkState, stateNotes } from './binding.ts'
import { RunFolderError } from './errors.ts'
import { runFile, runName, tidy } from './folder.ts'
import { makeInside } from './inside.ts'
import { openLossLog } from './losses.ts'
import type { Manifest } from './manifest.ts'
import { writeRunPicture } from './pictures.ts'
import type { RunRecord } from './record.ts'
import { loadState, type SavedState, saveState } from './state.ts'

/** What is kept of an optimization, and where it computes. */
export interface DescentSetting {
  /** Steps of the whole run, and of how many stages. */
  readonly totalSteps: number
  readonly stages: number
  readonly output: { readonly frames: number; readonly saveEverySeconds: number }
}

/** Keeps an optimization. */
export interface DescentRecord {
  /** Whether the picture before a step is kept. */
  wantsFrame(step: number): boolean
  /** A step was taken: its row, its frame where one is wanted, a state where it is time for one. */
  step(report: StepReport, frame: () => Bitmap, snapshot: () => Promise<Snapshot>): Promise<void>
  /** A program was compiled. */
  compiled(facts: { readonly flops: number; readonly milliseconds: number }): void
  /** A stage had enough: in the manifest, and told where it is news. */
  enough(ended: EndedStage, resumed: boolean): void
  save(snapshot: Snapshot): void
  /** Ends it: files are closed, the seconds are written down. */
  close(): void
}

/** Begins to keep an optimization, or goes on after the steps of a saved state. */
export function recordDescent(record: RunRecord, setting: DescentSetting, doneSteps: number): DescentRecord {
  const { folder } = record
  const { totalSteps, stages, output } = setting
  tidy(folder, doneSteps)
  // A state may be older than the manifest: what stages took is said anew.
  record.manifest.stages = record.manifest.stages.map(({ taken: _, ...stage }) => stage)
  record.manifest.stepsTotal = totalSteps
  if (output.frames > 0) makeInside(folder, runName.frames)
  const log = openLossLog(runFile.losses(folder), doneSteps)
  const frames = frameSchedule(totalSteps, output.frames)
  let savedAt = performance.now()
  let began = performance.now()
  const save = (snapshot: Snapshot) => {
    record.checkHeld()
    // Rows first: a state may only claim steps whose rows are safe.
    log.flush()
    const notes = stateNotes(record.manifest)
    const started = performance.now()
    saveState(runFile.state(folder), { step: snapshot.step, tensors: snapshot.tensors, notes })
    record.progress(snapshot.step)
    // A large state takes long to write: at most a twentieth of the time goes into it.
    savedAt = performance.now() + 20 * Math.max(0, performance.now() - started - 50)
  }
  return {
    wantsFrame: (step) => frames.has(step),
    async step(report, frame, snapshot) {
      const event = {
        type: 'step',
        stage: report.stage,
        stages,
        step: report.step + 1,
        totalSteps: report.totalSteps,
        losses: { total: report.total, terms: report.losses },
        camera: flatCamera(report.told),
        milliseconds: report.milliseconds,
      } as const
      log.append(event)
      record.tell(event)
      if (frames.has(report.step)) {
        const bitmap = frame()
        await writeRunPicture(folder, runName.frame(report.step), bitmap)
        record.tell({ type: 'frame', step: report.step, bitmap })
      }
      if (performance.now() - savedAt >= output.saveEverySeconds * 1000) save(await snapshot())
    },
    compiled({ flops, milliseconds }) {
      record.spent('compile', milliseconds / 1000)
      record.tell({ type: 'phase', name: 'optimize', detail: `${(flops / 1e9).toFixed(1)} GFLOP a step` })
      began = performance.now()
    },
    enough({ stage, steps, planned }, resumed) {
      const { manifest } = record
      manifest.stages = manifest.stages.map((one, i) => (i === stage ? { ...one, taken: steps } : one))
      manifest.stepsTotal -= planned - steps
      const message = `stage ${stage + 1} of ${stages} ends after ${steps} of ${planned} steps: nothing gained`
      if (!resumed) record.tell({ type: 'note', message })
    },
    save,
    close() {
      record.spent('optimize', (performance.now() - began) / 1000)
      log.close()
    },
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

export function brokenState(folder: string, problem: string): RunFolderError {
  return new RunFolderError(`${runFile.state(folder)}: ${problem}; restore the file from a copy, or start the run anew`)
}

/** Steps whose pictures are kept: `count` of them, evenly spread, the last step's own coming from the result. */
export function frameSchedule(total: number, count: number): ReadonlySet<number> {
  return new Set(Array.from({ length: count }, (_, frame) => Math.round((total * frame) / count)))
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
