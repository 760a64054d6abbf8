/** What can be asked of a run: facts of its manifest by a word, values of its config and metrics by their keys. */
import { nearest } from '../text/nearest.ts'
import type { RunEntry } from './entry.ts'
import { ListError } from './error.ts'
import { nameOf } from './find.ts'

/** A value in a list. */
export type FieldValue = string | number | boolean | null | undefined

/** Facts of every run. */
const facts: Readonly<Record<string, (run: RunEntry) => FieldValue>> = {
  name: nameOf,
  folder: ({ folder }) => folder,
  method: ({ manifest }) => manifest.method ?? 'rephotograph',
  status: ({ status }) => status,
  input: ({ manifest }) => manifest.input.name,
  steps: ({ manifest }) => manifest.stepsDone,
  created: ({ manifest }) => manifest.created,
  seconds: ({ manifest }) => Math.round(Object.values(manifest.timings).reduce((sum, one) => sum + one, 0) * 10) / 10,
  memory: ({ manifest }) => manifest.peakMemoryMiB,
  pack: ({ manifest }) => manifest.pack.name,
  device: ({ manifest }) => manifest.device,
  threads: ({ manifest }) => manifest.threads,
  seed: ({ manifest }) => manifest.seed,
  sweep: ({ manifest }) => manifest.sweep?.name,
  condition: ({ manifest }) => manifest.sweep?.condition,
  version: ({ manifest }) => manifest.versions.rephoto,
  commit: ({ manifest }) => manifest.git?.commit,
  warnings: ({ manifest }) => manifest.warnings.length,
  error: ({ manifest }) => manifest.error,
  tags: ({ tags }) => (tags.tags.length > 0 ? tags.tags.join(' ') : undefined),
  note: ({ tags }) => tags.note || undefined,
}

/** Words of facts, for help texts. */
export const factNames: readonly string[] = Object.keys(facts)

/** A field of some runs. */
export interface Field {
  readonly key: string
  of(run: RunEntry): FieldValue
}

/**
 * The field that a key means: a fact, a metric, a value of the config; `metrics.` or `config.` in front says which where two have one
 * name.
 *
 * @throws ListError where none of the runs has it, with the nearest
 */
export function fieldOf(key: string, runs: readonly RunEntry[]): Field {
  const fact = Object.hasOwn(facts, key) ? facts[key] : undefined
  if (fact) return { key, of: fact }
  const metric = key.replace(/^metrics\./u, '')
  if (runs.some(({ metrics }) => Object.hasOwn(metrics, metric))) return { key, of: ({ metrics }) => metrics[metric] }
  const config = key.replace(/^config\./u, '')
  if (runs.some((run) => run.config.has(config))) return { key, of: (run) => asText(run.config.get(config)) }
  // With no run there is nothing to know a key by.
  if (runs.length === 0) return { key, of: () => undefined }
  const known = new Set(runs.flatMap((run) => [...Object.keys(run.metrics), ...run.config.keys()]))
  const close = nearest(key, [...factNames, ...known])
  throw new ListError(
    `${key}: expected a fact (${factNames.join(', ')}), or a key of the metrics or the config of one of the runs, found none of that name${close === undefined ? '' : `; did you mean ${close}?`}`,
  )
}

function asText(value: unknown): FieldValue {
  if (value === undefined || value === null || typeof value === 'object')
    return value === undefined ? undefined : JSON.stringify(value)
  return value as string | number | boolean
}

/** Below, equal or above, for sorting: numbers as numbers, text as people sort it, and what is missing last. */
export function compareValues(a: FieldValue, b: FieldValue): number {
  const [noA, noB] = [a, b].map((value) => value === undefined || value === null)
  if (noA || noB) return Number(noA) - Number(noB)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}
