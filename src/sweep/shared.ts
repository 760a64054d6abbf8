/**
 * A sweep that several processes make together, on one host or many, each started by itself: `rephoto sweep --task i/n` as a task of
 * any scheduler (an indexed job, a job array). They need a folder that all of them see and nothing else of each other.
 *
 * Each begins with its own share, every n-th run, and then helps the others; a run is claimed before it is made (claim.ts). The
 * sweep's own lock is held for moments only: to lay it out, to decide on trials, and to compare when nothing is left.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { FolderInUseError } from '../run/errors.ts'
import { claimRun, clearClaims, taskAtWork } from './claim.ts'
import { settleAll } from './collect.ts'
import { SweepError } from './error.ts'
import type { SweepObserver } from './events.ts'
import { readIndex, readOutcome, readPlan, type SweepPlan, sweepFile, writeJson } from './folder.ts'
import { openIndex } from './index-file.ts'
import { type Layout, layOut, type SweepOptions, withTrials } from './layout.ts'
import { makeLocally } from './local.ts'
import { lockSweep } from './lock.ts'
import { isTrial } from './search-space.ts'
import { type StandingRun, standingOf } from './standing.ts'
import { bestTrial, decide, result, type SweepResult } from './sweep.ts'
import { tasksOf } from './task.ts'
import { knownTrials, resultsOf, writeTrials } from './trials.ts'
import { manifestAt } from './worker.ts'

/** Which of so many tasks this is, counted from 0. */
export interface Share {
  readonly index: number
  readonly count: number
}

/** How long another task may hold the sweep's lock: laying out takes seconds, comparing a large sweep minutes. */
const PATIENCE_SECONDS = { begin: 60, end: 900 }
const POLL_SECONDS = 1

/** Makes this task's share, and what others leave. @returns how the sweep stands afterwards; compared if nothing is left */
export async function sweepShare(
  options: SweepOptions,
  share: Share,
  observer: SweepObserver = () => {},
  signal?: AbortSignal,
): Promise<SweepResult> {
  let layout = await underLock(layOut(options, observer).folder, PATIENCE_SECONDS.begin, () => joinIn(options))
  const tried = new Set<string>()
  const make = (runs: readonly StandingRun[]) => makeShare(layout, runs, share, tried, options, observer, signal)
  await make(layout.runs)
  while (layout.trials && !signal?.aborted) {
    const open = openRuns(layout)
    if (open.length === 0) {
      const next = await nextRound(layout)
      if (!next) break
      const before = new Set(layout.runs.map(({ name }) => name))
      layout = next
      await make(layout.runs.filter(({ name }) => !before.has(name)))
    } else if (taskAtWork(layout.folder) === undefined) {
      // Whoever was at them is gone: their claims are free.
      await make(open)
      if (openRuns(layout).length >= open.length) break
    } else await sleep(POLL_SECONDS * 1000)
  }
  const { folder } = layout
  return underLock(folder, PATIENCE_SECONDS.end, async () => {
    const index = readIndex(folder)
    if (!index) throw new SweepError(`${folder}: expected the list of the sweep, found it gone; start it again`)
    settleAll(folder, index)
    writeJson(folder, sweepFile.sweep(folder), index)
    const left = index.runs.some(({ status }) => status === 'waiting' || status === 'running')
    if (!left) clearClaims(folder)
    const best = bestTrial(layout)
    const ended = await result(folder, index, left ? async () => undefined : undefined)
    return best ? { ...ended, best } : ended
  })
}

/** Lays the sweep out for all tasks, or finds it laid out. */
function joinIn(options: SweepOptions): Layout {
  const layout = layOut(options)
  const { folder, experiment, inputs, runs, code, trials } = layout
  const known = readIndex(folder) && readPlan(folder)
  if (known && isSame(known, layout)) return layout
  const other = taskAtWork(folder)
  if (known && other)
    throw new SweepError(
      `${folder}: expected the experiment, inputs and program that its tasks are at work with, found others; wait for process ${other.pid} on ${other.host}, or choose another folder with --out`,
    )
  openIndex(folder, experiment, inputs, runs, code)
  if (trials) writeTrials(folder, trials)
  return layout
}

function isSame(plan: SweepPlan, { code, runs }: Layout): boolean {
  const names = new Map(plan.runs.map(({ name, hash }) => [name, hash]))
  return plan.code === code && names.size === runs.length && runs.every(({ name, hash }) => names.get(name) === hash)
}

async function makeShare(
  layout: Layout,
  runs: readonly StandingRun[],
  { index, count }: Share,
  tried: Set<string>,
  { isolate }: SweepOptions,
  observer: SweepObserver,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { folder, jobs, code, wanted } = layout
  const asked = runs.filter(wanted)
  const toDo = asked.filter(({ standing }) => standing !== 'complete')
  const own = new Set(layout.runs.filter((_, i) => i % count === index).map(({ name }) => name))
  const tasks = tasksOf(folder, toDo, layout.runs)
  const ordered = [...tasks.filter(({ name }) => own.has(name)), ...tasks.filter(({ name }) => !own.has(name))]
  observer({ type: 'plan', total: asked.length, complete: asked.length - toDo.length, toDo: toDo.length, folder })
  /** What failed before is tried again once, by the task whose share it is in. */
  const isLeft = ({ name, hash }: { name: string; hash: string }) => {
    const manifest = manifestAt(sweepFile.run(folder, name))
    if (manifest?.sweep?.hash === hash && manifest.status === 'complete') return false
    return readOutcome(folder, name, hash)?.status !== 'failed' || (own.has(name) && !tried.has(name))
  }
  const claim = (task: { name: string; hash: string }) => {
    const release = claimRun(folder, task.name)
    if (release && isLeft(task)) {
      tried.add(task.name)
      return release
    }
    release?.()
    return undefined
  }
  await makeLocally(folder, ordered, { jobs, code, signal, isolate, claim }, observer, () => {})
}

/** Runs of trials that nobody has made yet, of those that were asked for. */
function openRuns({ folder, trials, runs, wanted }: Layout): StandingRun[] {
  const open = new Set(resultsOf(folder, trials!, runs).flatMap(({ name, settled }) => (settled ? [] : [name])))
  const own = runs.filter((run) => open.has(run.condition) && wanted(run))
  return standingOf(folder, own).filter(({ name, hash, standing }) => {
    return standing !== 'complete' && readOutcome(folder, name, hash)?.status !== 'failed'
  })
}

/** With the next trials: those that another task has decided on already, or that this one does. */
async function nextRound(layout: Layout): Promise<Layout | undefined> {
  const { folder, trials, experiment, runs } = layout
  return underLock(folder, PATIENCE_SECONDS.end, () => {
    const fixed = runs.filter(({ condition }) => !isTrial(condition))
    const known = knownTrials(folder, experiment.search!, fixed)
    const longer = known.points.length > trials!.points.length ? known : decide(layout)
    if (!longer) return undefined
    const next = withTrials(layout, longer)
    openIndex(folder, next.experiment, next.inputs, next.runs, next.code)
    writeTrials(folder, longer)
    return next
  })
}

/** With the sweep's lock, which other tasks hold for moments. */
async function underLock<T>(folder: string, seconds: number, action: () => T | Promise<T>): Promise<T> {
  const until = performance.now() + 1000 * seconds
  for (;;) {
    let unlock: (() => void) | undefined
    try {
      unlock = lockSweep(folder)
    } catch (error) {
      const isHeld = error instanceof SweepError && error.cause instanceof FolderInUseError
      if (!isHeld || performance.now() > until) throw error
    }
    if (unlock) {
      try {
        return await action()
      } finally {
        unlock()
      }
    }
    await sleep(100 + 400 * Math.random())
  }
}
