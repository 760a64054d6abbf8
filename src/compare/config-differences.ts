/** What differs between the configs of the conditions, key by key. Compared are runs of the same input and seed, so that what belongs to an input is no difference; what is known of its truth changes no run and is left out. */
import { isObject, type JsonObject } from '../config/merge.ts'
import type { Grid } from './grid.ts'

/** A key that differs; for each condition its value as JSON, null where the condition has no such key, or several values. */
export interface KeyDifference {
  readonly key: string
  readonly values: readonly (string | null)[]
}

/** What a condition that gives a key several values shows. */
export const VARIES = 'varies with the input'

/** Keys whose values differ between conditions, in the order of the config. */
export function configDifferences(grid: Grid): KeyDifference[] {
  const { conditions, inputs, seeds } = grid
  const differing = new Set<string>()
  const order = new Set<string>()
  const values = conditions.map(() => new Map<string, Set<string>>())
  for (const input of inputs) {
    for (const seed of seeds) {
      const flat = conditions.map(({ name }) => {
        const config = grid.at(name, input, seed)?.config
        return config && flatten(config as unknown as JsonObject)
      })
      const present = flat.filter((one) => one !== undefined)
      for (const key of present.flatMap((one) => [...one.keys()])) order.add(key)
      flat.forEach((one, index) => {
        for (const [key, value] of one ?? []) {
          const seen = values[index]!.get(key) ?? new Set()
          values[index]!.set(key, seen.add(value))
        }
      })
      const [first] = present
      for (const key of order) if (present.some((one) => one.get(key) !== first?.get(key))) differing.add(key)
    }
  }
  return [...order]
    .filter((key) => differing.has(key) && !key.startsWith('truth.'))
    .map((key) => ({
      key,
      values: values.map((seen) => {
        const [value, ...more] = seen.get(key) ?? []
        return more.length > 0 ? VARIES : (value ?? null)
      }),
    }))
}

/** A value for readers: a text without its quotes, anything else as JSON has it. */
export function plainValue(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json
}

/** Leaves of a config by dotted key, as JSON. Stages apply in the order of their keys, so that order is a value too. */
export function flatten(config: JsonObject): Map<string, string> {
  const leaves = new Map<string, string>()
  const walk = (value: JsonObject, path: string) => {
    for (const [name, inner] of Object.entries(value)) {
      const key = path === '' ? name : `${path}.${name}`
      if (isObject(inner)) walk(inner, key)
      // A stage that was removed is null in the file, and just absent here.
      else if (!(inner === null && path === 'degradation')) leaves.set(key, JSON.stringify(inner))
    }
  }
  walk(config, '')
  if (isObject(config.degradation)) {
    const stages = Object.entries(config.degradation).flatMap(([name, stage]) => (stage === null ? [] : name))
    leaves.set('degradation (stages, in order)', JSON.stringify(stages.join(' → ')))
  }
  return leaves
}
