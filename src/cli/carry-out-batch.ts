/** Carries out a batch for the command line: several photographs, or several faces. */
import { duration } from '../report/duration.ts'
import type { BatchRequest } from '../sweep/batch.ts'
import type { SweepObserver } from '../sweep/events.ts'
import { reasonOf } from '../text/visible.ts'
import { Interrupted } from './failure.ts'
import { openSweepPage } from './live.ts'
import { printPath, say, shownPath } from './print.ts'
import { stoppable } from './stopping.ts'
import { createSweepProgress } from './sweep-progress.ts'

/** How its runs are made. */
export interface BatchOptions {
  readonly out?: string | undefined
  /** Runs at a time; default 1, which has all threads and loads the networks once. */
  readonly jobs?: number | undefined
  /** Whether a page shows how it goes. */
  readonly live?: boolean | undefined
}

/** Makes the runs that are not done, to the end or to the first Ctrl-C; failed ones are listed, and make the command fail. */
export async function carryOutBatch(request: BatchRequest, { out, jobs = 1, live }: BatchOptions): Promise<void> {
  const [{ batchFolder, planBatch }, { sweep }] = await Promise.all([
    import('../sweep/batch.ts'),
    import('../sweep/sweep.ts'),
  ])
  const folder = batchFolder(request, out)
  const began = performance.now()
  const onLook: BatchRequest['onLook'] = (path, i, count) =>
    say(`looking for faces: ${shownPath(path)} (${i + 1} of ${count})`)
  const batch = await planBatch({ ...request, onLook })
  const progress = createSweepProgress(process.stderr)
  const page = live ? await openSweepPage(request.name) : undefined
  const observer: SweepObserver = (event) => {
    progress.observer(event)
    page?.hear(event)
  }
  try {
    const { value: result, signal } = await stoppable(progress.say, (stop) =>
      sweep({ file: request.name, batch, out: folder, jobs }, observer, stop),
    )
    progress.end()
    page?.end(signal ? 'stopped' : 'complete', result.report)
    const { complete, failed, waiting, report } = result
    for (const { name, error } of failed) say(`FAILED  ${name}: ${error}`)
    say(`${complete} complete, ${failed.length} failed, ${waiting} left to do`)
    printPath('batch', folder)
    if (report !== undefined) printPath('report', report)
    say(`after ${duration((performance.now() - began) / 1000)}`)
    if (failed.length > 0) process.exitCode = 1
    if (signal) {
      say('stopped; the same command goes on')
      throw new Interrupted(signal)
    }
  } catch (error) {
    page?.end('failed', undefined, reasonOf(error))
    throw error
  } finally {
    progress.end()
    await page?.close()
  }
}
