/** Looks how the runs of a sweep stand and compares them, without making any: what `--collect` does after a job array. */
import { resolve } from 'node:path'
import { isBeingWritten } from '../run/manifest.ts'
import { SweepError } from './error.ts'
import { readIndex, readOutcome, type SweepIndex, type SweepRun, sweepFile, writeJson } from './folder.ts'
import { lockSweep } from './lock.ts'
import { result, type SweepResult } from './sweep.ts'
import { copyTwin, shareFailure } from './twins.ts'
import { manifestAt } from './worker.ts'

/** @param out folder of the sweep */
export async function collectSweep(out: string): Promise<SweepResult> {
  const folder = resolve(out)
  const index = readIndex(folder)
  if (!index) throw new SweepError(`${out}: expected a sweep, found no sweep.json in it`)
  const unlock = lockSweep(folder)
  try {
    settleAll(folder, index)
    writeJson(folder, sweepFile.sweep(folder), index)
    return await result(folder, index)
  } finally {
    unlock()
  }
}

/** Brings the list up to date with what lies in the runs' folders; twins of complete runs are copied. */
export function settleAll(folder: string, index: SweepIndex): void {
  const firsts = new Map<string, SweepRun>()
  for (const run of index.runs) {
    const first = firsts.get(run.hash)
    if (!first) firsts.set(run.hash, run)
    settle(folder, run)
    if (!first || run.status === 'complete') continue
    if (first.status === 'complete') {
      copyTwin(folder, { ...run, twinOf: first.name })
      settle(folder, run)
    } else if (first.status === 'failed') shareFailure(first, run)
  }
}

function settle(folder: string, run: SweepRun): void {
  const place = sweepFile.run(folder, run.name)
  const manifest = manifestAt(place)
  const outcome = readOutcome(folder, run.name, run.hash)
  delete run.error
  if (manifest?.sweep?.hash === run.hash && manifest.status === 'complete') {
    run.status = 'complete'
    run.seconds = Math.round(Object.values(manifest.timings).reduce((sum, seconds) => sum + seconds, 0) * 1000) / 1000
  } else if (outcome?.status === 'failed') {
    run.status = 'failed'
    run.error = outcome.error ?? 'failed'
  } else run.status = manifest && isBeingWritten(place, manifest) ? 'running' : 'waiting'
}
