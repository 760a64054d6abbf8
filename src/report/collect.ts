/** Reads a run folder, whole or interrupted, into what its report shows. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { ResolvedConfig } from '../config/index.ts'
import { atPath, RunFolderError } from '../run/errors.ts'
import { frameSteps, PICTURES, type PictureName, runFile } from '../run/folder.ts'
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
  readonly config: ResolvedConfig
  readonly losses: readonly LossRow[]
  readonly pictures: Readonly<Partial<Record<PictureName, EmbeddedPicture>>>
  readonly frames: readonly Frame[]
  /** Of a complete run. */
  readonly metrics: Metrics | undefined
}

/** Sides to which pictures and frames are scaled down in a report. */
const PICTURE_SIDE = 1024
const FRAME_SIDE = 512

/** Reads a run folder. */
export async function collectReport(folder: string): Promise<ReportContent> {
  const manifest = readManifest(folder)
  const configPath = runFile.config(folder)
  const config = atPath(configPath, () => parseConfig(readFileSync(configPath, 'utf8'), configPath))
  const lossesPath = runFile.losses(folder)

  const pictures: Partial<Record<PictureName, EmbeddedPicture>> = {}
  for (const name of PICTURES) {
    const picture =
      (await embedPicture(runFile.picture(folder, name), PICTURE_SIDE)) ??
      (await embedPicture(runFile.picture(folder, name, true), PICTURE_SIDE))
    if (picture) pictures[name] = picture
  }
  const frames: Frame[] = []
  for (const step of frameSteps(folder)) {
    const picture = await embedPicture(runFile.frame(folder, step), FRAME_SIDE, 82)
    if (picture) frames.push({ step, ...picture })
  }
  return {
    folder: resolve(folder),
    title: basename(manifest.input.name),
    standing: manifest.status === 'running' && !isBeingWritten(manifest) ? 'interrupted' : manifest.status,
    manifest,
    config,
    losses: existsSync(lossesPath) ? readLosses(lossesPath) : [],
    pictures,
    frames,
    metrics: readMetrics(folder),
  }
}

function parseConfig(text: string, path: string): ResolvedConfig {
  try {
    return JSON.parse(text) as ResolvedConfig
  } catch (cause) {
    throw new RunFolderError(`${path}: expected JSON, found ${(cause as Error).message}`, { cause })
  }
}
