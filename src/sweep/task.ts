/** The runs that a launcher is to make. */
import { sweepFile } from './folder.ts'
import type { StandingRun } from './standing.ts'
import { manifestAt } from './worker.ts'

/** A run to make. */
export interface Task {
  readonly name: string
  readonly hash: string
  readonly continued: boolean
  /** Engine, device and threads: native libraries settle them once, so runs that differ in them share no process. */
  readonly computing: string
}

/** Runs to make: a twin that is asked for brings the run that it equals along. */
export function tasksOf(folder: string, toDo: readonly StandingRun[], runs: readonly StandingRun[]): Task[] {
  const names = new Set(toDo.map(({ name, twinOf }) => twinOf ?? name))
  return runs
    .filter(({ name, standing }) => names.has(name) && standing !== 'complete')
    .map((run) => {
      const { name, hash } = run
      const continued = run.standing === 'continue'
      return { name, hash, continued, computing: computingOf(folder, run, continued) }
    })
}

/** One that is continued stays on the device that it was begun on. */
function computingOf(folder: string, { name, config }: StandingRun, continued: boolean): string {
  const begun = continued ? manifestAt(sweepFile.run(folder, name)) : undefined
  return JSON.stringify([config.engine, begun?.device ?? config.device, config.threads])
}
