/** Carries out a batch for the command line: several photographs, or several faces. */
import type { BatchRequest } from '../sweep/batch.ts'
import { carryOutRuns } from './carry-out-runs.ts'
import { say, shownPath } from './print.ts'

/** How its runs are made. */
export interface BatchOptions {
  readonly out?: string | undefined
  /** Runs at a time; default 1, which has all threads and loads the networks once. */
  readonly jobs?: number | undefined
  /** Whether a page shows how it goes. */
  readonly live?: boolean | undefined
}

/** Makes the runs that are not done. */
export async function carryOutBatch(request: BatchRequest, { out, jobs = 1, live }: BatchOptions): Promise<void> {
  const [{ batchFolder, planBatch }, { sweep }] = await Promise.all([
    import('../sweep/batch.ts'),
    import('../sweep/sweep.ts'),
  ])
  const folder = batchFolder(request, out)
  const onLook: BatchRequest['onLook'] = (path, i, count) =>
    say(`looking for faces: ${shownPath(path)} (${i + 1} of ${count})`)
  const batch = await planBatch({ ...request, onLook })
  await carryOutRuns({ what: 'batch', name: request.name, live }, (observer, stop) =>
    sweep({ file: request.name, batch, out: folder, jobs }, observer, stop),
  )
}
