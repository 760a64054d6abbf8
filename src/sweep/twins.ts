/** Conditions can come to the same run (the true film is one of three films): it is made once, and copied. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { atPath } from '../run/errors.ts'
import { checkRunFolder, runName } from '../run/folder.ts'
import { folderInside } from '../run/inside.ts'
import { readManifest, writeManifest } from '../run/manifest.ts'
import type { SweepRun } from './folder.ts'

/** Copies the run that a twin equals into its place. The manifest, which says whether a run is whole, comes last. */
export function copyTwin(
  folder: string,
  run: { readonly name: string; readonly condition: string; readonly input: string; readonly twinOf?: string },
): void {
  const [from, to] = [folderInside(folder, `runs/${run.twinOf!}`), folderInside(folder, `runs/${run.name}`)]
  checkRunFolder(from)
  const left = new Set([join(from, runName.manifest), join(from, runName.lock)])
  atPath(to, () => {
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true, filter: (path) => !left.has(path) })
  })
  const manifest = readManifest(from)
  const { condition, input } = run
  writeManifest(to, { ...manifest, sweep: { ...manifest.sweep!, condition, input } })
}

/** A twin has no attempt of its own: when the run that it equals failed, so has it. */
export function shareFailure(first: SweepRun, twin: SweepRun): void {
  twin.status = 'failed'
  twin.error = first.error ?? 'failed'
}
