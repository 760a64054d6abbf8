/**
 * Makes the runs of a sweep on this machine, so many at a time, in processes of their own: a run that runs out of memory or
 * crashes in native code takes no other with it. lane.ts says which runs follow one another in one process.
 */
import { codeVersion } from './code-version.ts'
import { SweepError } from './error.ts'
import type { SweepObserver } from './events.ts'
import type { Outcome } from './folder.ts'
import { type LaneOptions, openLane } from './lane.ts'
import type { Task } from './task.ts'

/** How runs are made here. */
export interface LocalOptions extends LaneOptions {
  /** Runs at a time. */
  readonly jobs: number
  /** Version of the program; should it change on the way, no further run is begun. */
  readonly code: string
  /** Asked before each run is made; @returns what is called when it has ended, undefined for a run to leave alone */
  readonly claim?: (task: Task) => (() => void) | undefined
  /** Stops in order: running ones end after the step they are at and can be continued. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Makes runs and goes on when one fails.
 *
 * @param ended told of each run that ended, before the next begins
 */
export async function makeLocally(
  folder: string,
  tasks: readonly Task[],
  { jobs, code, signal, claim = () => () => {}, ...options }: LocalOptions,
  observer: SweepObserver,
  ended: (name: string, outcome: Outcome) => void,
): Promise<void> {
  const waiting = [...tasks]
  const makeAll = async (): Promise<void> => {
    const lane = openLane(folder, options)
    try {
      for (let task = waiting.shift(); task && !signal?.aborted; task = waiting.shift()) {
        if (codeVersion() !== code) {
          waiting.length = 0
          throw new SweepError(
            'the program has changed since this sweep began; start it again, and it makes its runs with the new one',
          )
        }
        const { name, continued } = task
        const release = claim(task)
        if (!release) continue
        try {
          observer({ type: 'start', name, continued })
          const began = performance.now()
          const outcome = await lane.make(task, observer, signal)
          ended(name, outcome)
          const seconds = (performance.now() - began) / 1000
          const status = outcome.status === 'partial' ? 'waiting' : outcome.status
          const { error } = outcome
          observer({ type: 'end', name, status, seconds, ...(error === undefined ? {} : { error }) })
        } finally {
          release()
        }
      }
    } finally {
      await lane.end()
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.max(1, Math.min(jobs, tasks.length)) }, makeAll))
  const broken = lanes.find((lane) => lane.status === 'rejected')
  if (broken) throw broken.reason
}
