/**
 * One run of a sweep, in the process that this is: begun, continued or found done, whichever its folder asks for. The
 * processes of a sweep (told-runs.ts) and the tasks of a Slurm array come here for every run.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath, FolderInUseError, RunFolderError } from '../run/errors.ts'
import type { RunObserver } from '../run/events.ts'
import { folderInside } from '../run/inside.ts'
import { type Manifest, readManifest, writerOf } from '../run/manifest.ts'
import { reasonOf } from '../text/visible.ts'
import { codeVersion } from './code-version.ts'
import { SweepError } from './error.ts'
import { type Outcome, readPlan, sweepFile, writeJson } from './folder.ts'

/**
 * Makes a run of a sweep and writes down how it ended.
 *
 * @param folder the sweep's
 * @param name the run's
 */
export async function makeRun(
  folder: string,
  name: string,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<Outcome> {
  const plan = readPlan(folder)
  const run = plan.runs.find((candidate) => candidate.name === name)
  if (!run) throw new SweepError(`${folder}: expected a run of this sweep, found no "${name}" in its plan.json`)
  const place = folderInside(folder, `runs/${name}`)
  let outcome: Outcome
  try {
    if (codeVersion() !== plan.code) {
      throw new SweepError('expected the program that the sweep began with, found it changed; start the sweep again')
    }
    const { status } = await carryOut()
    outcome = { hash: run.hash, status }
  } catch (error) {
    outcome = { hash: run.hash, status: 'failed', error: reasonOf(error) }
  }
  writeJson(folder, sweepFile.outcome(folder, name), outcome)
  return outcome

  async function carryOut(): Promise<{ status: 'complete' | 'partial' }> {
    const { hash, condition, input, config } = run!
    const manifest = manifestAt(place)
    const writer = manifest && writerOf(place, manifest)
    if (writer) throw new SweepError(`expected a run that nobody works on, found process ${writer.pid} at it`)
    if (manifest?.sweep?.hash === hash && manifest.status === 'complete') return { status: 'complete' }
    // Loading the program takes longer than all of the above: a run that is done need not wait for it.
    const { run: makeOne, resumeRun } = await import('../methods/runner.ts')
    if (canContinue(manifest, hash)) {
      try {
        return await resumeRun(place, observer, signal)
      } catch (error) {
        // A state that cannot be continued (torn config, rows that are gone) costs the run's time, not the run.
        if (!(error instanceof RunFolderError) || error instanceof FolderInUseError) throw error
      }
    }
    rmSync(place, { recursive: true, force: true })
    atPath(folder, () => makeFolders(join(folder, 'runs')))
    const mark = { name: plan.name, condition, input, hash, ...(plan.batch && { batch: true as const }) }
    return await makeOne({ config, out: place, sweep: mark }, observer, signal)
  }
}

/** Where a run stands, by its own manifest; undefined where there is none that can be read. */
export function manifestAt(place: string): Manifest | undefined {
  if (!existsSync(join(place, 'manifest.json'))) return undefined
  try {
    return readManifest(place)
  } catch {
    return undefined
  }
}

/** A failed run begins anew: what made it fail may be in its state. */
export function canContinue(manifest: Manifest | undefined, hash: string): manifest is Manifest {
  return manifest?.sweep?.hash === hash && (manifest.status === 'running' || manifest.status === 'partial')
}
