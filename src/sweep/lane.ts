/**
 * A lane of a local sweep: makes one run after the other, in one process as long as that is as good as a new one. Starting
 * a process, with the program and the networks to load, costs some seconds of computing.
 */
import { rmSync } from 'node:fs'
import { isBeingWritten } from '../run/manifest.ts'
import type { SweepObserver } from './events.ts'
import { type Outcome, readOutcome, sweepFile } from './folder.ts'
import { openLog } from './run-log.ts'
import { type Attempt, type RunProcess, startProcess, type WorkerCommand } from './run-process.ts'
import type { Task } from './task.ts'
import { manifestAt } from './worker.ts'

/** Makes runs. */
export interface Lane {
  make(task: Task, observer: SweepObserver, signal?: AbortSignal): Promise<Outcome>
  /** Ends its process. */
  end(): Promise<void>
}

/** How a lane keeps processes. */
export interface LaneOptions {
  /** A process for each run. */
  readonly isolate?: boolean | undefined
  /** Of a process; for tests. */
  readonly command?: WorkerCommand
}

/** What is known of a process that has made runs. */
export interface Use {
  readonly runs: number
  /** Memory that it held after its first run and holds now. */
  readonly firstMiB: number
  readonly nowMiB: number
}

/** What nobody has thought of, and what leaks too slowly for the other limit, ends here; a fiftieth of a start is no cost. */
const MOST_RUNS = 50
/**
 * A process may come to hold half as much again as after its first run, or half a gigabyte where that is more. It keeps
 * what it compiled, and its allocator keeps holes, so some growth is normal (20 runs of four conditions of the compact
 * pack: 457 MiB after the first, 450 to 510 later); and a machine with memory for a run's peak, which lies above what
 * is held after it, has as a rule this much.
 */
const MOST_GROWTH = 1.5
const LEAST_GROWTH_MIB = 500

/** Whether a process should make no further run. */
export function isWorn({ runs, firstMiB, nowMiB }: Use): boolean {
  return runs >= MOST_RUNS || nowMiB > Math.max(MOST_GROWTH * firstMiB, firstMiB + LEAST_GROWTH_MIB)
}

/** Opens a lane; its process starts with the first run. */
export function openLane(folder: string, { isolate = false, command }: LaneOptions): Lane {
  let kept: { readonly process: RunProcess; readonly computing: string; use?: Use } | undefined
  const end = async () => {
    const { process } = kept ?? {}
    kept = undefined
    await process?.end()
  }

  const attempt = async ({ name, computing }: Task, observer: SweepObserver, signal: AbortSignal | undefined) => {
    if (kept?.computing !== computing) await end()
    kept ??= { process: startProcess(folder, command), computing }
    const log = openLog(sweepFile.log(folder, name), (message) => observer({ type: 'note', message }))
    const made = await kept.process.make(name, log, (event) => observer({ type: 'run', name, event }), signal)
    const { use } = kept
    if (made.kind === 'gone') await end()
    else {
      const { residentMiB } = made
      kept.use = { runs: (use?.runs ?? 0) + 1, firstMiB: use?.firstMiB ?? residentMiB, nowMiB: residentMiB }
    }
    return { made, wasFirst: use === undefined }
  }

  return {
    async make(task, observer, signal) {
      const { name, hash } = task
      await orphanGone(sweepFile.run(folder, name))
      if (signal?.aborted) return { hash, status: 'partial' }
      rmSync(sweepFile.outcome(folder, name), { force: true })
      let { made, wasFirst } = await attempt(task, observer, signal)
      // Something ended the process after its last run: that is no failure of this one.
      if (made.kind === 'gone' && !made.began && !wasFirst) ({ made } = await attempt(task, observer, signal))
      const outcome = outcomeOf(folder, task, made, signal)
      // What made a run fail, or stopped it, may still be in the process.
      if (isolate || outcome.status !== 'complete' || (kept?.use && isWorn(kept.use))) await end()
      return outcome
    },
    end,
  }
}

function outcomeOf(folder: string, { name, hash }: Task, made: Attempt, signal: AbortSignal | undefined): Outcome {
  const outcome = readOutcome(folder, name, hash)
  if (made.kind === 'ended') {
    const error = `expected how it ended in ${sweepFile.outcome(folder, name)}, found no such file; start the sweep again`
    return outcome ?? { hash, status: 'failed', error }
  }
  const { code, by } = made
  if (outcome && by === null && (code === 0 || outcome.status !== 'complete')) return outcome
  const how = by ?? `exit code ${code}`
  const error = `its process ended with ${how}; see ${sweepFile.log(folder, name)}`
  return { hash, status: signal?.aborted ? 'partial' : 'failed', error }
}

const ORPHAN_SECONDS = 10

/** The processes of a sweep that was killed end by themselves when they notice; that takes them a moment. */
async function orphanGone(place: string): Promise<void> {
  for (let waited = 0; waited < ORPHAN_SECONDS; waited += 0.1) {
    const manifest = manifestAt(place)
    if (!manifest || !isBeingWritten(place, manifest)) return
    await new Promise((done) => setTimeout(done, 100))
  }
}
