/**
 * A sweep from its file to its comparison: lays out the runs, makes those that are not done, compares them all.
 *
 * Every start does the same: it expands the experiment, looks which runs are done (same hash), and makes the others.
 * So a sweep that was interrupted, by Ctrl-C or by a kill, is continued by starting it again, and one whose experiment was
 * changed makes only what the change touches.
 */
import { refuseTasks } from './claim.ts'
import { compareSweep } from './compare-sweep.ts'
import type { SweepObserver } from './events.ts'
import type { Outcome, SweepIndex } from './folder.ts'
import { type IndexFile, openIndex } from './index-file.ts'
import { type Layout, layOut, type SweepOptions, withTrials } from './layout.ts'
import { makeLocally } from './local.ts'
import { lockSweep } from './lock.ts'
import type { StandingRun } from './standing.ts'
import { type Task, tasksOf } from './task.ts'
import { bestOf, nextTrials, resultsOf, type Trials, writeTrials } from './trials.ts'
import { copyTwin } from './twins.ts'

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
  /** Of a search: the best trial so far, with what it sets. */
  readonly best?: BestTrial
}

/** The best trial of a search. */
export interface BestTrial {
  readonly name: string
  readonly metric: string
  readonly value: number
  readonly set: Readonly<Record<string, unknown>>
  /** Trials that have a value, and that the budget allows. */
  readonly of: number
  readonly budget: number
}

/** Makes the runs that are to do; how is the launcher's business. */
export type Launcher = (layout: Layout, tasks: readonly Task[], keep: LaunchRecord) => Promise<void>

/** Told by a launcher. */
export interface LaunchRecord {
  started(name: string): void
  ended(name: string, outcome: Outcome): void
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
    refuseTasks(first.folder)
    // What is done is looked at again under the lock: another sweep may just have ended.
    let layout = layOut(options, observer)
    let file = await round(layout, layout.runs, observer, launch)
    for (let next = decide(layout); next && !signal?.aborted; next = decide(layout)) {
      const before = new Set(layout.runs.map(({ name }) => name))
      layout = withTrials(layout, next)
      tellRound(layout, before.size, observer)
      // Only the new ones: what failed is tried again by the next start, and not by every round.
      const fresh = layout.runs.filter(({ name }) => !before.has(name))
      file = await round(layout, fresh, observer, launch)
    }
    const ended = await result(layout.folder, file.index, options.batch?.conclude)
    const best = bestTrial(layout)
    return best ? { ...ended, best } : ended
  } finally {
    unlock()
  }
}

/** Makes those of the runs that were asked for and are not done. */
async function round(
  layout: Layout,
  runs: readonly StandingRun[],
  observer: SweepObserver,
  launch: Launcher,
): Promise<IndexFile> {
  const { folder, experiment, inputs, code, wanted, trials } = layout
  const file = openIndex(folder, experiment, inputs, layout.runs, code)
  if (trials) writeTrials(folder, trials)
  const asked = runs.filter(wanted)
  const toDo = asked.filter(({ standing }) => standing !== 'complete')
  observer({ type: 'plan', total: asked.length, complete: asked.length - toDo.length, toDo: toDo.length, folder })
  await launch(layout, tasksOf(folder, toDo, layout.runs), {
    started: (name) => file.running(name),
    ended(name, outcome) {
      file.ended(name, outcome)
      if (outcome.status !== 'partial') settleTwins(layout, file, name, outcome, observer)
    },
  })
  for (const run of layout.runs) if (run.standing === 'twin' && wanted(run)) settleLate(layout, file, run)
  return file
}

/** The trials with the next ones, where the search goes on. */
export function decide({ folder, trials, runs }: Layout): Trials | undefined {
  return trials && nextTrials(folder, trials, runs)
}

function tellRound(layout: Layout, before: number, observer: SweepObserver): void {
  const { trials, runs, experiment } = layout
  const best = bestTrial(layout)
  const count = runs.length - before
  const soFar = best ? `; best so far ${best.name}: ${best.metric} ${best.value.toPrecision(5)}` : ''
  const message = `search: ${trials!.points.length} of ${experiment.search!.budget} trials decided, ${count} more runs${soFar}`
  observer({ type: 'note', message })
}

/** The best trial so far; undefined without a search, or where none has the metric. */
export function bestTrial({ folder, trials, runs, experiment }: Layout): BestTrial | undefined {
  if (!trials) return undefined
  const results = resultsOf(folder, trials, runs)
  const best = bestOf(trials.search, results)
  if (!best) return undefined
  const { metric, budget } = trials.search
  const { set } = experiment.conditions.find(({ name }) => name === best.name)!
  const of = results.filter(({ value }) => value !== undefined).length
  return { name: best.name, metric, value: best.value, set, of, budget }
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
export async function result(
  folder: string,
  index: SweepIndex,
  conclude?: (folder: string, index: SweepIndex) => Promise<string | undefined>,
): Promise<SweepResult> {
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
