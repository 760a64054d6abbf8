/** Where the values of a config come from. */
import type { Layer } from './load.ts'
import { isObject, type JsonObject } from './merge.ts'

/** Values that are no objects, by dotted key; an empty object is one, too. */
export function leavesOf(config: JsonObject): Map<string, unknown> {
  const leaves = new Map<string, unknown>()
  const walk = (value: JsonObject, prefix: string): void => {
    for (const [key, inner] of Object.entries(value)) {
      if (isObject(inner) && Object.keys(inner).length > 0) walk(inner, `${prefix}${key}.`)
      else leaves.set(`${prefix}${key}`, inner)
    }
  }
  walk(config, '')
  return leaves
}

/**
 * Name of the layer that says the value of a key: of those that have the key, or something in its place, the last; undefined where
 * none has.
 */
export function originOf(key: string, layers: readonly Layer[]): string | undefined {
  const path = key.split('.')
  return layers.findLast(({ config }) => says(config, path))?.name
}

function says(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return value !== undefined
  // A list or a null in place of an object says all that is below.
  if (!isObject(value)) return value !== undefined
  return Object.hasOwn(value, key) && says(value[key], rest)
}
