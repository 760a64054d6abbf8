/**
 * The manifest of a run: what it was made from and with, how far it came, how long it took. Its `status` is the one
 * place that says whether a run is whole: a folder is 'running' from its first moment, so that nothing that was killed can look complete.
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { writeAtomically } from '../checkpoint/atomic.ts'
import type { PictureGuess } from '../guess/auto.ts'
import type { Commit, Machine, Versions } from './environment.ts'
import { atPath, RunFolderError } from './errors.ts'

/** 'running' also after a kill; 'partial': ended by the user before the last step; 'failed': by an error. */
export type RunStatus = 'running' | 'partial' | 'complete' | 'failed'

/** A file that went into the run. */
export interface HashedFile {
  readonly name: string
  readonly sha256: string
}

/** A stage of the optimization. */
export interface StageSummary {
  /** Resolution up to which the latent is optimized. */
  readonly coarse: number
  readonly steps: number
}

/** Of which sweep a run is a part. */
export interface SweepMark {
  readonly name: string
  readonly condition: string
  readonly input: string
  /** Over everything that has a part in the result: a run of the same hash need not be made again. */
  readonly hash: string
}

/** The manifest, as in manifest.json. */
export interface Manifest {
  readonly format: 'rephoto-run'
  readonly formatVersion: 1
  status: RunStatus
  /** Why it failed. */
  error?: string
  created: string
  finished?: string
  versions: Versions
  git: Commit | null
  machine: Machine
  /** The process that works on it; meaningful while 'running'. */
  process: { readonly pid: number; readonly host: string }
  input: HashedFile & { readonly width: number; readonly height: number }
  pack: {
    readonly name: string
    readonly size: number
    readonly licences: readonly string[]
    readonly files: readonly HashedFile[]
  }
  seed: number
  /** What was guessed from the picture, where the config said 'auto'; the config that is kept has the values. */
  guess?: PictureGuess
  sweep?: SweepMark
  device: string
  threads: number
  stages: readonly StageSummary[]
  /** Steps taken and written. */
  stepsDone: number
  stepsTotal: number
  /** Seconds of each phase, all attempts together. */
  timings: Record<string, number>
  /** Most memory that the process held until the run ended, MiB, of all attempts the largest. */
  peakMemoryMiB?: number
  /** How often it was continued. */
  resumed: number
  warnings: string[]
}

/** Writes the manifest of a run folder, whole or not at all. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const path = join(folder, 'manifest.json')
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  atPath(path, () => writeAtomically(path, (write) => write(Buffer.from(text))))
}

/** Reads the manifest of a run folder. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, 'manifest.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new RunFolderError(`${folder}: expected a run folder, found no readable manifest.json in it`, { cause })
  }
  let manifest: Partial<Manifest>
  try {
    manifest = JSON.parse(text) as Partial<Manifest>
  } catch (cause) {
    throw new RunFolderError(`${path}: expected JSON, found ${(cause as Error).message}`, { cause })
  }
  if (manifest?.format !== 'rephoto-run') {
    throw new RunFolderError(`${path}: expected a manifest of rephoto, found something else`)
  }
  if (manifest.formatVersion !== 1) {
    throw new RunFolderError(`${path}: expected format 1, found ${manifest.formatVersion}; use a newer rephoto`)
  }
  return manifest as Manifest
}

/** Whether the process that a 'running' manifest names is alive (false: it was killed; unknown hosts count as alive). */
export function isBeingWritten(manifest: Manifest): boolean {
  if (manifest.status !== 'running') return false
  const { pid, host } = manifest.process
  if (host !== hostname()) return true
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
