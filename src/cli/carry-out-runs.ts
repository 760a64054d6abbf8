/** Carries out what consists of many runs, a sweep or a batch, for the command line: how it goes, its end by Ctrl-C, what came of it. */
import { duration } from '../report/duration.ts'
import type { SweepObserver } from '../sweep/events.ts'
import type { SweepResult } from '../sweep/sweep.ts'
import { reasonOf } from '../text/visible.ts'
import { Interrupted } from './failure.ts'
import { openSweepPage } from './live.ts'
import { printPath, say } from './print.ts'
import { stoppable } from './stopping.ts'
import { createSweepProgress } from './sweep-progress.ts'

/** How it is shown. */
export interface RunsShown {
  readonly what: 'sweep' | 'batch'
  /** For the title of the live page. */
  readonly name: string
  /** Whether a page shows how it goes. */
  readonly live: boolean | undefined
  /** The command that goes on with it after a Ctrl-C. */
  readonly again?: string
}

/** To the end, or to the first Ctrl-C; failed runs are listed, and make the command fail. */
export async function carryOutRuns(
  { what, name, live, again }: RunsShown,
  action: (observer: SweepObserver, stop: AbortSignal) => Promise<SweepResult>,
): Promise<void> {
  const progress = createSweepProgress(process.stderr)
  const page = live ? await openSweepPage(name) : undefined
  const observer: SweepObserver = (event) => {
    progress.observer(event)
    page?.hear(event)
  }
  const began = performance.now()
  const { value: result, signal } = await stoppable(progress.say, (stop) => action(observer, stop))
    .then((stopped) => {
      page?.end(stopped.signal ? 'stopped' : 'complete', stopped.value.report)
      return stopped
    })
    .catch((error: unknown) => {
      page?.end('failed', undefined, reasonOf(error))
      throw error
    })
    .finally(() => {
      progress.end()
      return page?.close()
    })
  tellRuns(what, result)
  say(`after ${duration((performance.now() - began) / 1000)}`)
  if (!signal) return
  say(`stopped; the same command goes on${again === undefined ? '' : `: ${again}`}`)
  throw new Interrupted(signal)
}

/** Says how it stands. */
export function tellRuns(what: 'sweep' | 'batch', result: SweepResult): void {
  const { folder, report, complete, failed, waiting, best } = result
  for (const { name, error } of failed) say(`FAILED  ${name}: ${error}`)
  say(`${complete} complete, ${failed.length} failed, ${waiting} left to do`)
  if (best) {
    const settings = Object.entries(best.set).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    say(`best of ${best.of} trials: ${best.name}, ${best.metric} ${best.value.toPrecision(6)}: ${settings.join(' ')}`)
  }
  printPath(what, folder)
  if (report !== undefined) printPath('report', report)
  if (failed.length > 0) process.exitCode = 1
}
