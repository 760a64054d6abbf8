/**
 * A sweep from its file to its comparison: lays out the runs, makes those that are not done, compares them all.
 *
 * Every start does the same: it expands the experiment, looks which runs are done (same hash), and makes the others.
 * So a sweep that was interrupted, by Ctrl-C or by a kill, is continued by starting it again, and one whose experiment was
 * changed makes only what the change touches.
 */
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import picomatch from 'picomatch'
import { readJson5 } from '../config/load.ts'
import type { Batch } from './batch.ts'
import { codeVersion } from './code-version.ts'
import { compareSweep } from './compare-sweep.ts'
import type { SweepObserver } from './events.ts'
import { expand } from './expand.ts'
import { type Experiment, loadExperiment } from './experiment.ts'
import { checkSweepFolder, type Outcome, type SweepIndex } from './folder.ts'
import { forgetHashes } from './hash.ts'
import { type IndexFile, openIndex } from './index-file.ts'
import { findInputs, type SweepInput } from './inputs.ts'
import { makeLocally } from './local.ts'
import { lockSweep } from './lock.ts'
import { slug } from './names.ts'
import { type StandingRun, standingOf } from './standing.ts'
import { type Task, tasksOf } from './task.ts'
import { copyTwin } from './twins.ts'

/** What to sweep and how. */
export interface SweepOptions {
  /** The experiment file; of a batch whatever it is called by. */
  readonly file: string
  /** Runs that no file describes. */
  readonly batch?: Batch
  /** Folder of the sweep; default: reports/<name of the experiment>. */
  readonly out?: string
  /** Runs at a time; default: as many as the cores hold. */
  readonly jobs?: number
  /** Threads of each run; default: as the experiment says. */
  readonly threads?: number
  /** `key=value` on top of the experiment's base. */
  readonly settings?: readonly string[]
  /** Only runs whose name has this in it, or matches it as a pattern. */
  readonly only?: string
  /** A process for each run; a launcher of one's own decides that itself. */
  readonly isolate?: boolean
}

/** A sweep, laid out; nothing written yet. */
export interface Layout {
  readonly experiment: Experiment
  readonly folder: string
  readonly inputs: readonly SweepInput[]
  readonly runs: readonly StandingRun[]
  readonly code: string
  readonly jobs: number
  /** Of `runs`, those that were asked for. */
  readonly wanted: (run: StandingRun) => boolean
}

/** How a sweep ended. */
export interface SweepResult {
  readonly folder: string
  readonly index: SweepIndex
  /** The comparison's page, when any run is complete. */
  readonly report?: string
  readonly complete: number
  readonly failed: readonly { readonly name: string; readonly error: string }[]
  /** Runs that are left to do: stopped, or not asked for. */
  readonly waiting: number
}

/** Makes the runs that are to do; how is the launcher's business. */
export type Launcher = (layout: Layout, tasks: readonly Task[], keep: LaunchRecord) => Promise<void>

/** Told by a launcher. */
export interface LaunchRecord {
  started(name: string): void
  ended(name: string, outcome: Outcome): void
}

/** Lays out a sweep: reads the experiment, finds its inputs, expands its runs, sees where they stand. Writes nothing. */
export function layOut(options: SweepOptions, observer: SweepObserver = () => {}): Layout {
  forgetHashes()
  const { experiment, inputs } = options.batch ?? fromFile(options, observer)
  const code = codeVersion()
  const folder = folderOf(experiment, options.out)
  checkSweepFolder(folder)
  const runs = standingOf(folder, expand(experiment, inputs, code))
  const jobs = options.jobs ?? Math.max(1, Math.floor(availableParallelism() / experiment.threads))
  return { experiment, folder, inputs, runs, code, jobs, wanted: wantedBy(options.only) }
}

function fromFile({ file, settings, threads }: SweepOptions, observer: SweepObserver) {
  const experiment = loadExperiment(file, settings, threads)
  const { source } = readJson5(file)
  const note = (message: string) => observer({ type: 'note', message })
  return { experiment, inputs: findInputs(experiment.inputs, experiment.base, experiment.folder, source, note) }
}

/** The folder of a sweep. */
export function sweepFolder({ file, out, settings, threads }: SweepOptions): string {
  return folderOf(loadExperiment(file, settings, threads), out)
}

function folderOf({ name }: Experiment, out: string | undefined): string {
  return resolve(out ?? join('reports', slug(name)))
}

/** Runs a sweep to its end, or to the signal. */
export async function sweep(
  options: SweepOptions,
  observer: SweepObserver = () => {},
  signal?: AbortSignal,
  launch: Launcher = locally(options, observer, signal),
): Promise<SweepResult> {
  const first = layOut(options)
  const unlock = lockSweep(first.folder)
  try {
    // What is done is looked at again under the lock: another sweep may just have ended.
    const layout = layOut(options, observer)
    const { folder, experiment, inputs, runs, code, wanted } = layout
    const file = openIndex(folder, experiment, inputs, runs, code)
    const asked = runs.filter(wanted)
    const toDo = asked.filter(({ standing }) => standing !== 'complete')
    observer({ type: 'plan', total: asked.length, complete: asked.length - toDo.length, toDo: toDo.length, folder })
    const tasks = tasksOf(folder, toDo, runs)
    await launch(layout, tasks, {
      started: (name) => file.running(name),
      ended(name, outcome) {
        file.ended(name, outcome)
        if (outcome.status !== 'partial') settleTwins(layout, file, name, outcome, observer)
      },
    })
    for (const run of runs) if (run.standing === 'twin' && wanted(run)) settleLate(layout, file, run)
    return await result(folder, file.index, options.batch?.conclude)
  } finally {
    unlock()
  }
}

function locally({ isolate }: SweepOptions, observer: SweepObserver, signal: AbortSignal | undefined): Launcher {
  return ({ folder, jobs, code }, tasks, { started, ended }) => {
    const hear: SweepObserver = (event) => {
      if (event.type === 'start') started(event.name)
      observer(event)
    }
    return makeLocally(folder, tasks, { jobs, code, signal, isolate }, hear, ended)
  }
}

function settleTwins(layout: Layout, file: IndexFile, name: string, outcome: Outcome, observer: SweepObserver): void {
  for (const run of layout.runs) {
    if (run.standing !== 'twin' || run.twinOf !== name || !layout.wanted(run)) continue
    if (outcome.status === 'complete') copyTwin(layout.folder, run)
    file.ended(run.name, outcome)
    observer({
      type: 'end',
      name: run.name,
      status: outcome.status === 'partial' ? 'waiting' : outcome.status,
      seconds: 0,
    })
  }
}

/** A twin of a run that was done before this start. */
function settleLate({ folder }: Layout, file: IndexFile, run: StandingRun): void {
  const [own, other] = [run.name, run.twinOf].map((name) => file.index.runs.find((entry) => entry.name === name))
  if (own?.status === 'complete' || other?.status !== 'complete') return
  copyTwin(folder, run)
  file.ended(run.name, { hash: run.hash, status: 'complete' })
}

/** Compares what is complete. @param conclude writes the page instead */
export async function result(folder: string, index: SweepIndex, conclude?: Batch['conclude']): Promise<SweepResult> {
  const count = (...wanted: string[]) => index.runs.filter(({ status }) => wanted.includes(status)).length
  const failed = index.runs.flatMap(({ name, status, error }) =>
    status === 'failed' ? [{ name, error: error ?? 'failed' }] : [],
  )
  const complete = count('complete')
  const compared = () => (complete > 0 ? compareSweep(folder, index) : undefined)
  const report = await (conclude ? conclude(folder, index) : compared())
  return {
    folder,
    index,
    ...(report === undefined ? {} : { report }),
    complete,
    failed,
    waiting: count('waiting', 'running'),
  }
}

function wantedBy(only: string | undefined): (run: StandingRun) => boolean {
  if (only === undefined) return () => true
  if (!/[*?[{!]/u.test(only)) return ({ name }) => name.includes(only)
  const matches = picomatch(only)
  return ({ name }) => matches(name)
}
