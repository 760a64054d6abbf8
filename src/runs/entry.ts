/** One run among others: what its folder says of it, as far as it can be read. */
import { join } from 'node:path'
import { isObject, type JsonObject } from '../config/merge.ts'
import { leavesOf } from '../config/origin.ts'
import { parsedJson } from '../run/document.ts'
import { runName } from '../run/folder.ts'
import { isInside, MOST_TEXT_BYTES, readInside } from '../run/inside.ts'
import { isBeingWritten, type Manifest, readManifest } from '../run/manifest.ts'
import { type Metrics, readMetrics } from '../run/metrics.ts'
import { readTags, type Tags } from './tags.ts'

/** A run as it is listed. */
export interface RunEntry {
  readonly folder: string
  readonly manifest: Manifest
  /** As the manifest says; 'interrupted' where it says 'running' and nobody works on it. */
  readonly status: Manifest['status'] | 'interrupted'
  /** Values of its config that are no objects, by dotted key. */
  readonly config: ReadonlyMap<string, unknown>
  /** Empty while it has none. */
  readonly metrics: Metrics
  readonly tags: Tags
}

/**
 * Reads what a run folder says of its run; of which method it is does not matter.
 *
 * @throws RunFolderError where a part of it is broken
 */
export function readEntry(folder: string): RunEntry {
  const manifest = readManifest(folder)
  const status = manifest.status === 'running' && !isBeingWritten(folder, manifest) ? 'interrupted' : manifest.status
  return {
    folder,
    manifest,
    status,
    config: leavesOf(readConfig(folder)),
    metrics: readMetrics(folder) ?? {},
    tags: readTags(folder),
  }
}

function readConfig(folder: string): JsonObject {
  if (!isInside(folder, runName.config)) return {}
  const path = join(folder, runName.config)
  const document = parsedJson(readInside(folder, runName.config, MOST_TEXT_BYTES).toString('utf8'), path)
  return isObject(document) ? document : {}
}
