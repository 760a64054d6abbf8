/**
 * The folder of a run: its place and the names in it, which are stable, so that scripts and reports can rely on them.
 *
 *     config.json          the complete config; a config file itself, so that a run can be repeated from it
 *     manifest.json        versions, hashes, status, timings (manifest.ts)
 *     aligned.png  target.png  sibling.png
 *     degraded.png  result.png  result-fresh.png      with -partial in the name while the run is not complete
 *     initial.safetensors  final.safetensors          latent, noise.0…, camera.*; likewise
 *     losses.csv           every step, raw and weighted, and the camera
 *     metrics.json         what was measured at the end of a complete run (metrics.ts)
 *     frames/0000.png …    the result after that many steps
 *     state.safetensors    from which an unfinished run continues; gone when it is complete
 *     report.html
 *
 * A run goes through a kill at any moment: files appear whole or not at all, temporary ones end in .tmp.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { writeAtomically } from '../checkpoint/atomic.ts'
import { atPath, RunFolderError } from './errors.ts'

/** Names of the pictures, in the order in which they come to be. */
export const PICTURES = ['aligned', 'target', 'sibling', 'degraded', 'result', 'result-fresh'] as const

/** Name of a picture of a run. */
export type PictureName = (typeof PICTURES)[number]

/** What an unfinished run may hold in place of a result: these files get -partial in their names. */
const ENDINGS = ['degraded.png', 'result.png', 'result-fresh.png', 'final.safetensors'] as const

/** Paths in a run folder. */
export const runFile = {
  config: (folder: string) => join(folder, 'config.json'),
  losses: (folder: string) => join(folder, 'losses.csv'),
  state: (folder: string) => join(folder, 'state.safetensors'),
  initial: (folder: string) => join(folder, 'initial.safetensors'),
  final: (folder: string, partial = false) => join(folder, marked('final.safetensors', partial)),
  picture: (folder: string, name: PictureName, partial = false) => join(folder, marked(`${name}.png`, partial)),
  frames: (folder: string) => join(folder, 'frames'),
  frame: (folder: string, step: number) => join(folder, 'frames', `${String(step).padStart(4, '0')}.png`),
  metrics: (folder: string) => join(folder, 'metrics.json'),
  report: (folder: string) => join(folder, 'report.html'),
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
 */
export function createRunFolder(out: string | undefined, name: string): RunPlace {
  if (out !== undefined) return claimGiven(resolve(out))
  const stem = basename(name, extname(name)).replaceAll(/[^\p{L}\p{N}._-]+/gu, '-') || 'run'
  const reports = resolve('reports')
  atPath(reports, () => mkdirSync(reports, { recursive: true }))
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

/** Level by level: Node's own recursive mkdir never returns where a parent refuses to hold folders, as /proc does. */
export function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  makeFolders(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new RunFolderError(`${folder}: no folder can be made there; choose another place with --out`)
    if (code !== 'EEXIST') throw error
  }
}

function claimGiven(folder: string): RunPlace {
  const made = !existsSync(folder)
  atPath(folder, () => makeFolders(folder))
  const entries = atPath(folder, () => readdirSync(folder))
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

/** Writes a small text file of a run, whole or not at all. */
export function writeText(path: string, text: string): void {
  atPath(path, () => writeAtomically(path, (write) => write(Buffer.from(text))))
}

/** Steps of the frames that a run holds, ascending. */
export function frameSteps(folder: string): number[] {
  const frames = runFile.frames(folder)
  if (!existsSync(frames)) return []
  return readdirSync(frames)
    .flatMap((name) => (/^\d{4,}\.png$/u.test(name) ? [Number.parseInt(name, 10)] : []))
    .sort((a, b) => a - b)
}

/** Removes what a kill may have left: temporary files, and frames later than the step that is continued from. */
export function tidy(folder: string, step: number): void {
  for (const place of [folder, runFile.frames(folder)]) {
    if (!existsSync(place)) continue
    for (const name of readdirSync(place)) if (name.endsWith('.tmp')) rmSync(join(place, name), { force: true })
  }
  for (const frame of frameSteps(folder)) if (frame > step) rmSync(runFile.frame(folder, frame), { force: true })
}

/** Removes what only an unfinished run holds. Called when the complete files are there. */
export function removePartial(folder: string): void {
  for (const name of ENDINGS) rmSync(join(folder, marked(name, true)), { force: true })
  rmSync(runFile.state(folder), { force: true })
}

/** Takes back a run in which nothing worth keeping came to be. A folder that was there before stays, empty as it was. */
export function discard(folder: string, made: boolean): void {
  if (made) rmSync(folder, { recursive: true, force: true })
  else for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
}

function marked(name: string, partial: boolean): string {
  return partial ? name.replace(/(?=\.[a-z]+$)/u, '-partial') : name
}
