/**
 * The folder of a sweep.
 *
 *     sweep.json           what it is made of and how far it is: conditions, inputs, seeds, runs (read by the comparison)
 *     search.json          the points of a search that were decided on so far
 *     plan.json            the config of every run, for the processes that make them
 *     runs/<name>/         an ordinary run folder each
 *     outcomes/<name>.json how the last attempt at a run ended
 *     logs/<name>.log      what it said
 *     report.html, tables/ the comparison
 *     lock                 while a sweep works on it
 *     claims/<name>/lock   while a task (--task) makes a run
 *
 * Whether a run is done is not written in sweep.json alone but read from the run's own manifest, so that a kill
 * between two files cannot make them disagree.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { z } from 'zod'
import { isTemporary } from '../checkpoint/atomic.ts'
import { makeFolders } from '../checkpoint/folders.ts'
import type { Fragment } from '../config/load.ts'
import { readDocument } from '../run/document.ts'
import { atPath } from '../run/errors.ts'
import { folderInside, writeInside } from '../run/inside.ts'
import { SweepError } from './error.ts'
import type { BatchMark } from './experiment.ts'
import { indexSchema, outcomeSchema, planSchema, searchSchema } from './folder-schema.ts'

/** Paths in a sweep folder. */
export const sweepFile = {
  sweep: (folder: string) => join(folder, 'sweep.json'),
  plan: (folder: string) => join(folder, 'plan.json'),
  search: (folder: string) => join(folder, 'search.json'),
  run: (folder: string, name: string) => join(folder, 'runs', name),
  outcome: (folder: string, name: string) => join(folder, 'outcomes', `${name}.json`),
  log: (folder: string, name: string) => join(folder, 'logs', `${name}.log`),
  lock: (folder: string) => join(folder, 'lock'),
  slurm: (folder: string) => join(folder, 'slurm'),
}

/** Where a run of a sweep stands. */
export type SweepStatus = 'waiting' | 'running' | 'complete' | 'failed'

/** A run in sweep.json. */
export interface SweepRun {
  readonly name: string
  /** Relative to the sweep's folder. */
  readonly folder: string
  readonly condition: string
  readonly input: string
  readonly seed: number
  readonly hash: string
  status: SweepStatus
  error?: string
  /** Of computing, all attempts together. */
  seconds?: number
}

/** sweep.json. */
export interface SweepIndex {
  readonly format: 'rephoto-sweep'
  readonly formatVersion: 1
  readonly name: string
  readonly description: string
  readonly created: string
  /** Name of the condition that the others are compared to. */
  readonly base: string
  readonly conditions: readonly {
    readonly name: string
    readonly label?: string
    readonly set: Readonly<Record<string, unknown>>
  }[]
  readonly inputs: readonly { readonly name: string; readonly truth: boolean }[]
  readonly seeds: readonly number[]
  /** Of a search: what it is for, and the keys that it changes. */
  readonly search?: {
    readonly method: 'random' | 'tpe'
    readonly budget: number
    readonly metric: string
    readonly direction: 'minimize' | 'maximize'
    readonly keys: readonly string[]
  }
  readonly runs: readonly SweepRun[]
}

/** search.json. */
export interface SearchFile {
  readonly format: 'rephoto-sweep-search'
  readonly formatVersion: 1
  /** Hash of what the points were decided for. */
  readonly identity: string
  readonly points: readonly (readonly number[])[]
}

/** plan.json. */
export interface SweepPlan {
  readonly format: 'rephoto-sweep-plan'
  readonly name: string
  /** Version of the program that the hashes are of. */
  readonly code: string
  readonly batch?: BatchMark
  readonly runs: readonly {
    readonly name: string
    readonly condition: string
    readonly input: string
    readonly hash: string
    readonly config: Fragment
  }[]
}

/** How an attempt at a run ended. */
export interface Outcome {
  readonly hash: string
  readonly status: 'complete' | 'partial' | 'failed'
  readonly error?: string
}

/** Reads sweep.json; undefined where there is none. @throws SweepError for anything but the list of a sweep */
export function readIndex(folder: string): SweepIndex | undefined {
  return read<SweepIndex>(folder, 'sweep.json', indexSchema)
}

/** Throws where a folder holds things that are not a sweep's. */
export function checkSweepFolder(folder: string): void {
  if (!existsSync(folder) || existsSync(sweepFile.plan(folder))) return
  const entries = atPath(folder, () => readdirSync(folder)).filter((name) => name !== 'lock' && !isTemporary(name))
  if (entries.length === 0) return
  throw new SweepError(
    `${folder}: expected a sweep or an empty folder, found ${entries.slice(0, 3).join(', ')}; choose another with --out`,
  )
}

/** Reads search.json; undefined where there is none. */
export function readSearch(folder: string): SearchFile | undefined {
  return read<SearchFile>(folder, 'search.json', searchSchema)
}

/** Reads plan.json. */
export function readPlan(folder: string): SweepPlan {
  const plan = read<SweepPlan>(folder, 'plan.json', planSchema)
  if (plan) return plan
  throw new SweepError(`${folder}: expected a sweep, found no plan.json of one; start it with rephoto sweep`)
}

/** How the last attempt at a run ended; undefined when there was none, or none of this hash. */
export function readOutcome(folder: string, name: string, hash: string): Outcome | undefined {
  const outcome = read<Outcome>(folder, `outcomes/${name}.json`, outcomeSchema)
  return outcome?.hash === hash ? outcome : undefined
}

/** Writes one of the sweep's JSON files, whole or not at all. */
export function writeJson(folder: string, path: string, content: SweepIndex | SweepPlan | Outcome | object): void {
  const name = relative(folder, path).split(sep).join('/')
  const above = name.split('/').slice(0, -1).join('/')
  const place = above === '' ? folder : folderInside(folder, above)
  atPath(place, () => makeFolders(place))
  writeInside(folder, name, `${JSON.stringify(content, null, 1)}\n`)
}

/** A plan of ten thousand runs, with the whole config of each. */
const MOST_BYTES = 256 << 20

function read<T>(folder: string, name: string, schema: z.ZodType): T | undefined {
  return readDocument(folder, name, schema, {
    todo: 'remove the file to begin anew',
    complain: (message, cause) => new SweepError(message, { cause }),
    most: MOST_BYTES,
  }) as T | undefined
}
