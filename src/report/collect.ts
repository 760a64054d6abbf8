/** Reads a run folder, whole or interrupted, into what its report shows. */
import { basename, resolve } from 'node:path'
import type { JsonObject } from '../config/merge.ts'
import type { Method, Methods } from '../methods/method.ts'
import { configRemark } from '../run/binding.ts'
import { readRunConfig } from '../run/config.ts'
import { checkRunFolder, frameSteps, runFile, runName } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import { type LossRow, readLosses } from '../run/losses.ts'
import { isBeingWritten, type Manifest, readManifest } from '../run/manifest.ts'
import { type Metrics, readMetrics } from '../run/metrics.ts'
import { type EmbeddedPicture, embedPicture } from './pictures.ts'

/** A picture of the optimization. */
export interface Frame extends EmbeddedPicture {
  readonly step: number
}

/** Where a run stands, for its reader: a killed run has the status 'running' and nobody who runs it. */
export type Standing = 'complete' | 'partial' | 'failed' | 'running' | 'interrupted'

/** Everything that a report shows. */
export interface ReportContent {
  readonly folder: string
  readonly title: string
  readonly standing: Standing
  readonly manifest: Manifest
  readonly method: Method
  /** Complete, as the run had it. */
  readonly config: JsonObject
  readonly losses: readonly LossRow[]
  readonly pictures: Readonly<Partial<Record<string, EmbeddedPicture>>>
  /** The photograph around the crop, where there is one: as it was, its faces numbered, and whole with the result in it. */
  readonly surroundings: Readonly<Partial<Record<(typeof SURROUNDINGS)[number], EmbeddedPicture>>>
  /** Data URI of an animated WebP: the old picture becoming the new one. */
  readonly film?: string
  readonly frames: readonly Frame[]
  /** What else a reader must know. */
  readonly remarks: readonly string[]
  /** Of a complete run. */
  readonly metrics: Metrics | undefined
}

/** Pictures that runs of any method may leave of the photograph that their crop is of (methods/whole.ts). */
const SURROUNDINGS = ['photo', 'numbered', 'whole'] as const

/** Sides to which pictures and frames are scaled down in a report. */
const PICTURE_SIDE = 1024
const FRAME_SIDE = 512

/** Reads a run folder. */
export async function collectReport(folder: string, methods: Methods): Promise<ReportContent> {
  checkRunFolder(folder)
  const manifest = readManifest(folder)
  const method = methods.ofRun(manifest, folder)
  const { document, config } = readRunConfig(folder, method, manifest.pack.size ?? 0)
  const remark = configRemark(manifest, document, method.config)

  const embedAll = async (names: readonly string[]) => {
    const pictures: Partial<Record<string, EmbeddedPicture>> = {}
    for (const name of names) {
      const picture =
        (await embedPicture(folder, runName.picture(name), PICTURE_SIDE)) ??
        (await embedPicture(folder, runName.picture(name, true), PICTURE_SIDE))
      if (picture) pictures[name] = picture
    }
    return pictures
  }
  const pictures = await embedAll(method.pictures.map(({ name }) => name))
  const surroundings = await embedAll(manifest.crop ? SURROUNDINGS : [])
  const frames: Frame[] = []
  for (const step of thinned(frameSteps(folder))) {
    const picture = await embedPicture(folder, runName.frame(step), FRAME_SIDE, 82)
    if (picture) frames.push({ step, ...picture })
  }
  return {
    folder: resolve(folder),
    title: basename(manifest.input.name),
    standing: manifest.status === 'running' && !isBeingWritten(folder, manifest) ? 'interrupted' : manifest.status,
    manifest,
    method,
    config: method.asDocument(config, manifest.pack.size ?? 0),
    losses: isInside(folder, runName.losses) ? readLosses(runFile.losses(folder)) : [],
    pictures,
    surroundings,
    frames,
    remarks: remark === undefined ? [] : [remark],
    metrics: readMetrics(folder),
  }
}

/** More pictures than these make a page that no browser likes; the first and the last stay. */
const MOST_FRAMES = 400

function thinned(steps: readonly number[]): readonly number[] {
  if (steps.length <= MOST_FRAMES) return steps
  const kept = Array.from(
    { length: MOST_FRAMES },
    (_, i) => steps[Math.round((i * (steps.length - 1)) / (MOST_FRAMES - 1))]!,
  )
  return [...new Set(kept)]
}
