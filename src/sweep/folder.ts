/**
 * The folder of a sweep.
 *
 *     sweep.json           what it is made of and how far it is: conditions, inputs, seeds, runs (read by the comparison)
 *     plan.json            the config of every run, for the processes that make them
 *     runs/<name>/         an ordinary run folder each
 *     outcomes/<name>.json how the last attempt at a run ended
 *     logs/<name>.log      what it said
 *     report.html, tables/ the comparison
 *     lock                 while a sweep works on it
 *
 * Whether a run is done is not written in sweep.json alone but read from the run's own manifest, so that a kill
 * between two files cannot make them disagree.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigFragment } from '../config/index.ts'
import { atPath } from '../run/errors.ts'
import { writeText } from '../run/folder.ts'
import { SweepError } from './error.ts'

/** Paths in a sweep folder. */
export const sweepFile = {
  sweep: (folder: string) => join(folder, 'sweep.json'),
  plan: (folder: string) => join(folder, 'plan.json'),
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
  readonly runs: readonly SweepRun[]
}

/** plan.json. */
export interface SweepPlan {
  readonly format: 'rephoto-sweep-plan'
  readonly name: string
  /** Version of the program that the hashes are of. */
  readonly code: string
  readonly runs: readonly {
    readonly name: string
    readonly condition: string
    readonly input: string
    readonly hash: string
    readonly config: ConfigFragment
  }[]
}

/** How an attempt at a run ended. */
export interface Outcome {
  readonly hash: string
  readonly status: 'complete' | 'partial' | 'failed'
  readonly error?: string
}

/** Reads sweep.json; undefined where there is none. */
export function readIndex(folder: string): SweepIndex | undefined {
  const index = read<SweepIndex>(sweepFile.sweep(folder))
  if (index && index.format !== 'rephoto-sweep') {
    throw new SweepError(`${sweepFile.sweep(folder)}: expected a sweep of rephoto, found something else`)
  }
  return index
}

/** Throws where a folder holds things that are not a sweep's. */
export function checkSweepFolder(folder: string): void {
  if (!existsSync(folder) || existsSync(sweepFile.plan(folder))) return
  const entries = atPath(folder, () => readdirSync(folder)).filter((name) => name !== 'lock' && !name.endsWith('.tmp'))
  if (entries.length === 0) return
  throw new SweepError(
    `${folder}: expected a sweep or an empty folder, found ${entries.slice(0, 3).join(', ')}; choose another with --out`,
  )
}

/** Reads plan.json. */
export function readPlan(folder: string): SweepPlan {
  const plan = read<SweepPlan>(sweepFile.plan(folder))
  if (plan?.format === 'rephoto-sweep-plan') return plan
  throw new SweepError(`${folder}: expected a sweep, found no plan.json of one; start it with rephoto sweep`)
}

/** How the last attempt at a run ended; undefined when there was none, or none of this hash. */
export function readOutcome(folder: string, name: string, hash: string): Outcome | undefined {
  const outcome = read<Outcome>(sweepFile.outcome(folder, name))
  return outcome?.hash === hash ? outcome : undefined
}

/** Writes one of the sweep's JSON files, whole or not at all. */
export function writeJson(path: string, content: SweepIndex | SweepPlan | Outcome | object): void {
  writeText(path, `${JSON.stringify(content, null, 1)}\n`)
}

function read<T>(path: string): T | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (cause) {
    throw new SweepError(`${path}: expected JSON, found ${(cause as Error).message}; remove the file to begin anew`, {
      cause,
    })
  }
}
