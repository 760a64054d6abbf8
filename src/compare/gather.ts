/** Reads the listed runs' folders. A run that is not whole stays in the list, with the reason, and out of every number. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResolvedConfig } from '../config/index.ts'
import { runFile } from '../run/folder.ts'
import { type LossRow, readLosses } from '../run/losses.ts'
import { isBeingWritten, type Manifest, readManifest } from '../run/manifest.ts'
import { reasonOf } from '../text/visible.ts'
import type { ListedRun } from './types.ts'

/** Metrics of a run, by key; null where one could not be measured (no face found, say). */
export type MetricValues = Readonly<Record<string, number | null>>

/** A run with what its folder holds. Only complete runs have metrics and losses. */
export interface GatheredRun extends ListedRun {
  readonly complete: boolean
  /** Why it is not complete, or lacks its metrics. */
  readonly problem?: string
  readonly config?: ResolvedConfig
  readonly manifest?: Manifest
  readonly metrics: MetricValues
  readonly losses: readonly LossRow[]
}

/** Reads one run. Never throws for what the folder holds: a broken run is a finding. */
export function gatherRun(run: ListedRun): GatheredRun {
  const nothing = { ...run, complete: false, metrics: {}, losses: [] }
  try {
    if (!existsSync(join(run.folder, 'manifest.json'))) return { ...nothing, problem: run.error ?? absence(run.status) }
    const manifest = readManifest(run.folder)
    const config = readJson(runFile.config(run.folder)) as ResolvedConfig
    const found = { ...nothing, manifest, config }
    if (manifest.status !== 'complete') return { ...found, problem: standing(manifest, run.error) }
    const losses = existsSync(runFile.losses(run.folder)) ? readLosses(runFile.losses(run.folder)) : []
    const metrics = readMetrics(join(run.folder, 'metrics.json'))
    const whole = { ...found, complete: true, losses }
    return metrics === undefined
      ? {
          ...whole,
          problem: 'complete, but without metrics.json: made by an older rephoto; run it again for its numbers',
        }
      : { ...whole, metrics }
  } catch (error) {
    return { ...nothing, problem: reasonOf(error) }
  }
}

function absence(status: string): string {
  if (status === 'waiting') return 'not begun yet'
  return status === 'unknown'
    ? 'no manifest.json in it'
    : `no manifest.json in its folder, though it is listed as ${status}`
}

function standing(manifest: Manifest, listed: string | undefined): string {
  const done = `after step ${manifest.stepsDone} of ${manifest.stepsTotal}`
  if (manifest.status === 'failed') return `failed ${done}: ${manifest.error ?? listed ?? 'no reason was recorded'}`
  if (manifest.status === 'partial') return `stopped ${done}`
  return isBeingWritten(manifest) ? `still running, ${done}` : `cut off ${done} or later`
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path}: expected JSON, found ${(cause as Error).message}`, { cause })
  }
}

/** Values that are no finite numbers count as not measured. */
function readMetrics(path: string): MetricValues | undefined {
  if (!existsSync(path)) return undefined
  const { format, values } = readJson(path) as { format?: unknown; values?: Record<string, unknown> }
  if (format !== 'rephoto-metrics' || typeof values !== 'object' || values === null) {
    throw new Error(`${path}: expected the metrics of a run, found something else`)
  }
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'number' && Number.isFinite(value) ? value : null,
    ]),
  )
}
