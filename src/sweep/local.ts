/**
 * Makes the runs of a sweep on this machine: a process for each, so many at a time. Isolation is the point: a run
 * that runs out of memory or crashes in native code takes no other with it, and every run begins in the same state.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { atPath } from '../run/errors.ts'
import type { RunEvent } from '../run/events.ts'
import { makeFolders } from '../run/folder.ts'
import { isBeingWritten } from '../run/manifest.ts'
import { codeVersion } from './code-version.ts'
import { SweepError } from './error.ts'
import type { SweepObserver } from './events.ts'
import { type Outcome, readOutcome, sweepFile } from './folder.ts'
import { manifestAt } from './worker.ts'

const bin = fileURLToPath(new URL('../../bin/rephoto.js', import.meta.url))

/** A run to make. */
export interface Task {
  readonly name: string
  readonly hash: string
  readonly continued: boolean
}

/** What a run's process is told. */
export type WorkerMessage = { readonly type: 'stop' }

/**
 * Makes runs, `jobs` at a time, and goes on when one fails.
 *
 * @param code version of the program; should it change on the way, no further run is begun
 * @param ended told of each run that ended, before the next begins
 * @param signal stops in order: running ones end after the step they are at and can be continued
 */
export async function makeLocally(
  folder: string,
  tasks: readonly Task[],
  { jobs, code, signal }: { jobs: number; code: string; signal?: AbortSignal | undefined },
  observer: SweepObserver,
  ended: (name: string, outcome: Outcome) => void,
): Promise<void> {
  const waiting = [...tasks]
  const next = async (): Promise<void> => {
    for (let task = waiting.shift(); task && !signal?.aborted; task = waiting.shift()) {
      if (codeVersion() !== code) {
        waiting.length = 0
        throw new SweepError(
          'the program has changed since this sweep began; start it again, and it makes its runs with the new one',
        )
      }
      const { name, hash, continued } = task
      observer({ type: 'start', name, continued })
      const began = performance.now()
      const outcome = await inOwnProcess(folder, name, hash, observer, signal)
      ended(name, outcome)
      const seconds = (performance.now() - began) / 1000
      const status = outcome.status === 'partial' ? 'waiting' : outcome.status
      observer({ type: 'end', name, status, seconds, ...(outcome.error === undefined ? {} : { error: outcome.error }) })
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.max(1, jobs) }, next))
  const broken = lanes.find((lane) => lane.status === 'rejected')
  if (broken) throw broken.reason
}

async function inOwnProcess(
  folder: string,
  name: string,
  hash: string,
  observer: SweepObserver,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  await orphanGone(sweepFile.run(folder, name))
  rmSync(sweepFile.outcome(folder, name), { force: true })
  const log = sweepFile.log(folder, name)
  atPath(log, () => makeFolders(dirname(log)))
  const file = atPath(log, () => openSync(log, 'a'))
  const child = spawn(process.execPath, [bin, 'sweep-run', folder, name], { stdio: ['ignore', file, file, 'ipc'] })
  closeSync(file)
  const stop = () => tell(child, { type: 'stop' })
  signal?.addEventListener('abort', stop)
  child.on('message', (message) =>
    observer({ type: 'run', name, event: message as Exclude<RunEvent, { type: 'frame' }> }),
  )
  try {
    const [exit, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
      child.once('error', fail)
      child.once('close', (code, by) => done([code, by]))
    })
    const outcome = readOutcome(folder, name, hash)
    if (outcome && killedBy === null && (exit === 0 || outcome.status !== 'complete')) return outcome
    const how = killedBy === null ? `exit code ${exit}` : killedBy
    return { hash, status: signal?.aborted ? 'partial' : 'failed', error: `its process ended with ${how}; see ${log}` }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

function tell(child: ChildProcess, message: WorkerMessage): void {
  // A process that has ended in this moment hears nothing, which is as well.
  if (child.connected) child.send(message, () => {})
}

const ORPHAN_SECONDS = 10

/** The processes of a sweep that was killed end by themselves when they notice; that takes them a moment. */
async function orphanGone(place: string): Promise<void> {
  for (let waited = 0; waited < ORPHAN_SECONDS; waited += 0.1) {
    const manifest = manifestAt(place)
    if (!manifest || !isBeingWritten(manifest)) return
    await new Promise((done) => setTimeout(done, 100))
  }
}
