/**
 * metrics.json of a run: what was measured at its end, by the keys of src/metrics/catalogue.ts. null is a metric that
 * could not be measured (no skin in sight, say); the manifest's warnings say why.
 */
import { existsSync, readFileSync } from 'node:fs'
import { atPath, RunFolderError } from './errors.ts'
import { runFile, writeText } from './folder.ts'

/** Values by key. */
export type Metrics = Readonly<Record<string, number | null>>

/** Writes metrics.json, whole or not at all. Numbers that JSON has no word for (PSNR of equal pictures) become null. */
export function writeMetrics(folder: string, values: Metrics): void {
  const content = { format: 'rephoto-metrics', formatVersion: 1, values }
  writeText(runFile.metrics(folder), `${JSON.stringify(content, null, 2)}\n`)
}

/** Reads metrics.json; undefined when the run has none (yet). @throws RunFolderError when it is something else */
export function readMetrics(folder: string): Metrics | undefined {
  const path = runFile.metrics(folder)
  if (!existsSync(path)) return undefined
  const text = atPath(path, () => readFileSync(path, 'utf8'))
  try {
    const { format, values } = JSON.parse(text) as { format?: unknown; values?: unknown }
    if (format === 'rephoto-metrics' && typeof values === 'object' && values !== null) return values as Metrics
  } catch {
    // Said below.
  }
  throw new RunFolderError(`${path}: expected the metrics of a run, found another file`)
}
