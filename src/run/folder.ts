/**
 * The folder of a run: its place and the names in it, which are stable, so that scripts and reports can rely on them.
 *
 *     config.json          the complete config; a config file itself, so that a run can be repeated from it
 *     manifest.json        versions, hashes, status, timings (manifest.ts)
 *     result.png and others of the method             with -partial in the name while the run is not complete
 *     initial.safetensors  final.safetensors          latent, noise.0…, camera.*; likewise
 *     losses.csv           every step, raw and weighted, and the camera
 *     metrics.json         what was measured at the end of a complete run (metrics.ts)
 *     frames/0000.png …    the result after that many steps
 *     state.safetensors    from which an unfinished run continues; gone when it is complete
 *     report.html
 *     tags.json            what people said of it (src/runs/tags.ts)
 *     lock                 while a process works on it (lock.ts)
 *
 * A run goes through a kill at any moment: files appear whole or not at all, temporary ones end in .tmp and are swept when the
 * run goes on. Nothing in the folder is followed out of it (inside.ts).
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { isTemporary, sweepTemporary, writeAtomically } from '../checkpoint/atomic.ts'
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath, RunFolderError } from './errors.ts'
import { folderInside, inside, namesInside, removeInside, writeInside } from './inside.ts'

/** Names in a run folder, for the functions of inside.ts. */
export const runName = {
  manifest: 'manifest.json',
  config: 'config.json',
  losses: 'losses.csv',
  state: 'state.safetensors',
  initial: 'initial.safetensors',
  metrics: 'metrics.json',
  report: 'report.html',
  frames: 'frames',
  tags: 'tags.json',
  lock: 'lock',
  final: (partial = false) => marked('final.safetensors', partial),
  picture: (name: string, partial = false) => marked(`${name}.png`, partial),
  frame: (step: number) => `frames/${String(step).padStart(4, '0')}.png`,
}

/** Paths in a run folder. */
export const runFile = {
  config: (folder: string) => join(folder, runName.config),
  losses: (folder: string) => join(folder, runName.losses),
  state: (folder: string) => join(folder, runName.state),
  initial: (folder: string) => join(folder, runName.initial),
  final: (folder: string, partial = false) => join(folder, runName.final(partial)),
  picture: (folder: string, name: string, partial = false) => join(folder, runName.picture(name, partial)),
  frames: (folder: string) => join(folder, runName.frames),
  frame: (folder: string, step: number) => join(folder, runName.frame(step)),
  metrics: (folder: string) => join(folder, runName.metrics),
  report: (folder: string) => join(folder, runName.report),
  lock: (folder: string) => join(folder, runName.lock),
}

/** Files that a run may have beside its pictures and frames. */
const FILES = [
  runName.manifest,
  runName.config,
  runName.losses,
  runName.state,
  runName.initial,
  runName.metrics,
  runName.report,
  runName.tags,
  runName.final(),
  runName.final(true),
]

/** Names of the pictures in a run folder, whatever they are of. */
function pictureNames(folder: string): string[] {
  if (!existsSync(folder)) return []
  return atPath(folder, () => readdirSync(folder), 'read').filter((name) => name.endsWith('.png'))
}

/** Whether a name in a run folder is that of a file that runs, sweeps and their reports make. */
export function isRunsOwn(name: string): boolean {
  return FILES.includes(name) || /\.(?:png|webp|gif|log)$/u.test(name)
}

/**
 * Looks at everything in a run folder that is a run's: what is no plain file is refused before anything is read or written.
 *
 * @throws RunFolderError, naming the first link (or folder, pipe, device) in the place of a file
 */
export function checkRunFolder(folder: string): void {
  for (const name of [...FILES, ...pictureNames(folder)]) inside(folder, name)
  for (const name of [runName.frames, runName.lock]) folderInside(folder, name)
  for (const step of frameSteps(folder)) inside(folder, runName.frame(step))
}

/** The place of a new run. */
export interface RunPlace {
  readonly folder: string
  /** Whether the folder was not there before. */
  readonly made: boolean
}

/**
 * Makes the folder of a new run.
 *
 * @param out the folder itself, which must be new or empty; undefined: the first free of reports/name, reports/name-2, …
 * @param name usually the input's file name
 * @param replaced names in a given folder that count as not there, because they are about to be replaced
 */
export function createRunFolder(out: string | undefined, name: string, replaced: readonly string[] = []): RunPlace {
  if (out !== undefined) return claimGiven(resolve(out), replaced)
  const stem = basename(name, extname(name)).replaceAll(/[^\p{L}\p{N}._-]+/gu, '-') || 'run'
  const reports = resolve('reports')
  atPath(reports, () => makeFolders(reports))
  for (let count = 1; ; count++) {
    const folder = join(reports, count === 1 ? stem : `${stem}-${count}`)
    if (claim(folder)) return { folder, made: true }
  }
}

/** Making a folder is atomic: of two runs started together, each gets its own. */
function claim(folder: string): boolean {
  return atPath(folder, () => {
    try {
      mkdirSync(folder)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  })
}

function claimGiven(folder: string, replaced: readonly string[]): RunPlace {
  const made = !existsSync(folder)
  atPath(folder, () => makeFolders(folder))
  sweepTemporary(folder)
  const entries = atPath(folder, () => readdirSync(folder)).filter(
    (name) => !isTemporary(name) && !replaced.includes(name),
  )
  if (entries.includes('manifest.json')) {
    throw new RunFolderError(
      `${folder}: expected a new or empty folder, found a run; continue it with rephoto resume, or choose another with --out`,
    )
  }
  if (entries.length > 0) {
    throw new RunFolderError(
      `${folder}: expected a new or empty folder, found ${entries.length} entries in it; choose another with --out`,
    )
  }
  // mkdir of an existing folder succeeds even where nothing can be written.
  const probe = join(folder, 'probe.tmp')
  atPath(folder, () => writeAtomically(probe, (write) => write(new Uint8Array(1))))
  rmSync(probe, { force: true })
  return { folder, made }
}

/** Writes a small text file of a folder, whole or not at all; not where a link is. */
export function writeText(path: string, text: string): void {
  atPath(dirname(path), () => makeFolders(dirname(path)))
  writeInside(dirname(path), basename(path), text)
}

/** Steps of the frames that a run holds, ascending. */
export function frameSteps(folder: string): number[] {
  return namesInside(folder, runName.frames)
    .flatMap((name) => (/^\d{4,9}\.png$/u.test(name) ? [Number.parseInt(name, 10)] : []))
    .sort((a, b) => a - b)
}

/** Removes what a kill may have left half written. */
export function sweepRun(folder: string): void {
  sweepTemporary(folder)
  sweepTemporary(folderInside(folder, runName.frames))
}

/** Removes what a kill may have left: temporary files, and frames later than the step that is continued from. */
export function tidy(folder: string, step: number): void {
  sweepRun(folder)
  for (const frame of frameSteps(folder)) if (frame > step) removeInside(folder, runName.frame(frame))
}

/** Removes what only an unfinished run holds. Called when the complete files are there. */
export function removePartial(folder: string): void {
  for (const name of [...pictureNames(folder), runName.final(true)])
    if (/-partial\.[a-z]+$/u.test(name)) removeInside(folder, name)
  removeInside(folder, runName.state)
}

/** Takes back a run in which nothing worth keeping came to be. A folder that was there before stays, empty as it was. */
export function discard(folder: string, made: boolean): void {
  if (made) rmSync(folder, { recursive: true, force: true })
  else for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
}

function marked(name: string, partial: boolean): string {
  return partial ? name.replace(/(?=\.[a-z]+$)/u, '-partial') : name
}
