/**
 * The manifest of a run: what it was made from and with, how far it came, how long it took. Its `status` is the one
 * place that says whether a run is whole: a folder is 'running' from its first moment, so that nothing that was killed can look complete.
 */
import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { CropMark } from '../align/crop-mark.ts'
import type { Binding } from './binding.ts'
import { mistakeIn, parsedJson } from './document.ts'
import type { Commit, Machine, Versions } from './environment.ts'
import { RunFolderError } from './errors.ts'
import { runName } from './folder.ts'
import { isInside, MOST_TEXT_BYTES, readInside, writeInside } from './inside.ts'
import { type Holder, workerAt } from './lock.ts'
import { manifestSchema } from './manifest-schema.ts'
import { type ProcessIdentity, standingOfProcess } from './process-identity.ts'

/** 'running' also after a kill; 'partial': ended by the user before the last step; 'failed': by an error. */
export type RunStatus = 'running' | 'partial' | 'complete' | 'failed'

/** A file that went into the run. */
export interface HashedFile {
  readonly name: string
  readonly sha256: string
}

/** A stage of the optimization. */
export interface StageSummary {
  /** Resolution up to which the latent is optimized, where there is one. */
  readonly coarse?: number
  readonly steps: number
  /** Steps that it took, where it ended early because nothing was gained. */
  readonly taken?: number
}

/** Of which sweep a run is a part. */
export interface SweepMark {
  readonly name: string
  readonly condition: string
  readonly input: string
  /** Over everything that has a part in the result: a run of the same hash need not be made again. */
  readonly hash: string
  /** Of a batch: there is no comparison that would have the plots. */
  readonly batch?: true
}

/** How a face was made as old as its input looks; ages in years, as a network predicts them in gray. */
export interface KeptAge {
  /** Whether the codes that the optimization began with were moved, or those that it ended with. */
  readonly keep: 'start' | 'end'
  readonly input: number
  readonly before: number
  readonly after: number
  /** Along the age direction, in deviations of the prior. */
  readonly steps: number
  /** [start, end) of the latent. */
  readonly layers: readonly [number, number]
  /** How much of the predicted ages of other faces the direction tells. */
  readonly r2: number
}

/** The manifest, as in manifest.json. */
export interface Manifest {
  readonly format: 'rephoto-run'
  readonly formatVersion: 1
  /** What made it; absent in runs of before there were several. */
  readonly method?: string
  status: RunStatus
  /** Why it failed. */
  error?: string
  created: string
  finished?: string
  versions: Versions
  git: Commit | null
  machine: Machine
  /** The process that works on it; meaningful while 'running'. */
  process: ProcessIdentity
  input: HashedFile & { readonly width: number; readonly height: number }
  /** Where the portrait was cut out of the input; absent where the input was taken as it is. */
  crop?: CropMark
  /** How the result went into the whole photograph; absent where it did not, or there is none. */
  paste?: { readonly mode: 'face' | 'color' | 'plain' }
  /** Absent where the age was left to itself. */
  age?: KeptAge
  pack: {
    readonly name: string
    /** Side of the pack's generator; absent where the pack has none. */
    readonly size?: number
    readonly licences: readonly string[]
    readonly files: readonly HashedFile[]
  }
  seed: number
  /** What was guessed from the picture, where the config said 'auto'; the config that is kept has the values. */
  guess?: Readonly<Record<string, unknown>>
  sweep?: SweepMark
  device: string
  threads: number
  stages: readonly StageSummary[]
  /** Steps taken and written. */
  stepsDone: number
  /** Steps that there are: fewer than planned where a stage ended early. */
  stepsTotal: number
  /** Seconds of each phase, all attempts together. */
  timings: Record<string, number>
  /** Most memory that the process held until the run ended, MiB, of all attempts the largest. */
  peakMemoryMiB?: number
  /** How often it was continued. */
  resumed: number
  warnings: string[]
  /** What it was begun with, so that a change is seen; absent in runs of earlier versions. */
  binding?: Binding
}

/** Writes the manifest of a run folder, whole or not at all. */
export function writeManifest(folder: string, manifest: Manifest): void {
  writeInside(folder, runName.manifest, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Only what tells whose file it is: another's is not called broken. */
const heading = z.looseObject({ format: z.literal('rephoto-run') })

/**
 * Reads the manifest of a run folder.
 *
 * @throws RunFolderError where there is none, or it is not what a run writes: its first mistake, key and all
 */
export function readManifest(folder: string): Manifest {
  const path = join(folder, runName.manifest)
  if (!isInside(folder, runName.manifest)) {
    const found = statSync(folder, { throwIfNoEntry: false })
    const what = found === undefined ? 'no such folder' : found.isDirectory() ? 'no manifest.json in it' : 'a file'
    throw new RunFolderError(`${folder}: expected a run folder, found ${what}; name the folder that a run has made`)
  }
  const json = parsedJson(readInside(folder, runName.manifest, MOST_TEXT_BYTES).toString('utf8'), path)
  if (!heading.safeParse(json).success) {
    throw new RunFolderError(
      `${path}: expected the manifest of a run (format: "rephoto-run"), found something else; name the folder that a run has made`,
    )
  }
  const { formatVersion } = json as { formatVersion?: unknown }
  if (typeof formatVersion === 'number' && formatVersion > 1) {
    throw new RunFolderError(`${path}: expected format 1, found ${formatVersion}; use a newer rephoto`)
  }
  const result = manifestSchema.safeParse(json)
  if (result.success) return json as Manifest
  throw new RunFolderError(
    `${path}: ${mistakeIn(manifestSchema, json, result.error)}; restore the file from a copy, or start the run anew`,
  )
}

/** Who works on a run at this moment; undefined when nobody does: it ended, or it was killed. */
export function writerOf(folder: string, manifest: Manifest): Holder | undefined {
  if (manifest.status !== 'running') return undefined
  return workerAt(folder) ?? earlierWriter(folder, manifest)
}

/**
 * Who works on a run of an earlier version, which has no lock (and no binding): told by the process in its manifest, or by when
 * anything was written last.
 */
export function earlierWriter(folder: string, { status, binding, process: writer }: Manifest): Holder | undefined {
  if (status !== 'running' || binding) return undefined
  // Of our own number: an earlier process, as in a container that was started again.
  if (writer.host === hostname() && writer.pid === process.pid) return undefined
  const standing = standingOfProcess(writer)
  const silent = (Date.now() - lastWritten(folder)) / 1000
  const isGone = standing === 'gone' || (standing === 'unknown' && silent > QUIET_SECONDS)
  return isGone ? undefined : { ...writer, silent, patience: QUIET_SECONDS }
}

/** Whether a run says that it is running, and somebody is. */
export function isBeingWritten(folder: string, manifest: Manifest): boolean {
  return writerOf(folder, manifest) !== undefined
}

/** A run of an earlier version writes a row of losses with every step; only compiling takes longer. */
const QUIET_SECONDS = 600

function lastWritten(folder: string): number {
  const times = [runName.manifest, runName.losses, runName.state, runName.initial].map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  )
  return Math.max(...times)
}
