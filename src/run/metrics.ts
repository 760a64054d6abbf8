/**
 * metrics.json of a run: what was measured at its end, by the keys of src/methods/rephotograph/metrics.ts. null is a metric that
 * could not be measured (no skin in sight, say); the manifest's warnings say why.
 */
import { z } from 'zod'
import { readDocument } from './document.ts'
import { runFile, runName, writeText } from './folder.ts'

/** Values by key. */
export type Metrics = Readonly<Record<string, number | null>>

/** Writes metrics.json, whole or not at all. Numbers that JSON has no word for (PSNR of equal pictures) become null. */
export function writeMetrics(folder: string, values: Metrics): void {
  const content = { format: 'rephoto-metrics', formatVersion: 1, values }
  writeText(runFile.metrics(folder), `${JSON.stringify(content, null, 2)}\n`)
}

const metricsSchema = z.looseObject({
  format: z.literal('rephoto-metrics'),
  formatVersion: z.literal(1),
  values: z.record(z.string().min(1).max(200), z.number().nullable()),
})

/** Reads metrics.json; undefined when the run has none (yet). @throws RunFolderError when it is something else */
export function readMetrics(folder: string): Metrics | undefined {
  return readDocument(folder, runName.metrics, metricsSchema)?.values
}
