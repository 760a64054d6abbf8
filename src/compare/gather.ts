/** Reads the listed runs' folders. A run that is not whole stays in the list, with the reason, and out of every number. */
import type { JsonObject } from '../config/merge.ts'
import type { Method, Methods } from '../methods/method.ts'
import { pngOf } from '../report/pictures.ts'
import { configRemark } from '../run/binding.ts'
import { readRunConfig } from '../run/config.ts'
import { checkRunFolder, runFile, runName } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import { type LossRow, readLosses } from '../run/losses.ts'
import { isBeingWritten, type Manifest, readManifest } from '../run/manifest.ts'
import { readMetrics } from '../run/metrics.ts'
import { reasonOf } from '../text/visible.ts'
import type { ListedRun } from './types.ts'

/** Metrics of a run, by key; null where one could not be measured (no face found, say). */
export type MetricValues = Readonly<Record<string, number | null>>

/** A run with what its folder holds. Only complete runs have metrics and losses. */
export interface GatheredRun extends ListedRun {
  readonly complete: boolean
  /** Why it is not complete, or lacks its metrics. */
  readonly problem?: string
  readonly method?: Method
  readonly config?: JsonObject
  readonly manifest?: Manifest
  readonly metrics: MetricValues
  readonly losses: readonly LossRow[]
}

/** Reads one run. Never throws for what the folder holds: a broken run is a finding. */
export function gatherRun(run: ListedRun, methods: Methods): GatheredRun {
  const nothing = { ...run, complete: false, metrics: {}, losses: [] }
  let found: Partial<GatheredRun> = {}
  try {
    if (!isInside(run.folder, runName.manifest))
      return { ...nothing, problem: run.error === undefined ? absence(run.status) : reasonOf(run.error) }
    checkRunFolder(run.folder)
    const manifest = readManifest(run.folder)
    const method = methods.ofRun(manifest, run.folder)
    const { document, config } = readRunConfig(run.folder, method, manifest.pack.size ?? 0)
    found = { manifest, method, config: method.asDocument(config, manifest.pack.size ?? 0) }
    if (manifest.status !== 'complete') {
      return { ...nothing, ...found, problem: standing(run.folder, manifest, run.error) }
    }
    const remark = configRemark(manifest, document, method.config)
    if (remark !== undefined) return { ...nothing, ...found, problem: remark }
    const losses = isInside(run.folder, runName.losses) ? readLosses(runFile.losses(run.folder)) : []
    const metrics = measured(readMetrics(run.folder))
    checkPictures(run.folder, method)
    const whole = { ...nothing, ...found, complete: true, losses }
    return metrics === undefined
      ? {
          ...whole,
          problem: 'complete, but without metrics.json: made by an older rephoto; run it again for its numbers',
        }
      : { ...whole, metrics }
  } catch (error) {
    return { ...nothing, ...found, problem: reasonOf(error) }
  }
}

/** @throws RunFolderError for the first that is no picture; decoding them comes later */
function checkPictures(folder: string, { pictures }: Method): void {
  for (const name of pictures.map((picture) => runName.picture(picture.name))) {
    if (isInside(folder, name)) pngOf(folder, name)
  }
}

function absence(status: string): string {
  if (status === 'waiting') return 'not begun yet'
  return status === 'unknown'
    ? 'no manifest.json in it'
    : `no manifest.json in its folder, though it is listed as ${status}`
}

function standing(folder: string, manifest: Manifest, listed: string | undefined): string {
  const done = `after step ${manifest.stepsDone} of ${manifest.stepsTotal}`
  if (manifest.status === 'failed')
    return `failed ${done}: ${reasonOf(manifest.error ?? listed ?? 'no reason was recorded')}`
  if (manifest.status === 'partial') return `stopped ${done}`
  return isBeingWritten(folder, manifest) ? `still running, ${done}` : `cut off ${done} or later`
}

/** Values that are no finite numbers count as not measured. */
function measured(values: MetricValues | undefined): MetricValues | undefined {
  if (values === undefined) return undefined
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value !== null && Number.isFinite(value) ? value : null]),
  )
}
