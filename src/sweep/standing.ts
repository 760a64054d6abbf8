/** Where each planned run stands, read from what is on the disk: what a start of the sweep has to do about it. */
import type { PlannedRun } from './expand.ts'
import { sweepFile } from './folder.ts'
import { canContinue, manifestAt } from './worker.ts'

/**
 * 'complete': nothing to do. 'new': never begun. 'continue': interrupted. 'changed': there is one, of another hash.
 * 'again': it failed. 'twin': an earlier run of the plan has the same hash; its result is copied.
 */
export type Standing = 'complete' | 'new' | 'continue' | 'changed' | 'again' | 'twin'

/** A planned run and what to do about it. */
export interface StandingRun extends PlannedRun {
  readonly standing: Standing
  /** For a twin: the run that it equals. */
  readonly twinOf?: string
}

/** Looks at the folder of a sweep; which may not be there yet. */
export function standingOf(folder: string, runs: readonly PlannedRun[]): StandingRun[] {
  const first = new Map<string, string>()
  return runs.map((run) => {
    const twinOf = first.get(run.hash)
    if (twinOf === undefined) first.set(run.hash, run.name)
    const standing = standingAt(sweepFile.run(folder, run.name), run.hash)
    if (standing === 'complete' || twinOf === undefined) return { ...run, standing }
    return { ...run, standing: 'twin', twinOf }
  })
}

function standingAt(place: string, hash: string): Standing {
  const manifest = manifestAt(place)
  if (!manifest) return 'new'
  if (manifest.sweep?.hash !== hash) return 'changed'
  if (manifest.status === 'complete') return 'complete'
  return canContinue(manifest, hash) ? 'continue' : 'again'
}
