/** Settings by dotted keys, as on the command line, and the nested objects that they stand for. */
import { nested } from '../config/load.ts'
import { isObject, type JsonObject } from '../config/merge.ts'

/** Every value of nested settings by its dotted key; lists are values. */
export function flattened(document: JsonObject, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) =>
      isObject(value) ? Object.entries(flattened(value, `${prefix}${key}.`)) : [[`${prefix}${key}`, value]],
    ),
  )
}

/** Dotted keys as nested objects; a value that is an object itself stays one. */
export function fromDotted(settings: Readonly<Record<string, unknown>>): JsonObject {
  const parts = Object.entries(settings).map(([key, value]) => nested(key.split('.'), value))
  return parts.reduce<JsonObject>(deepMerge, {})
}

function deepMerge(a: JsonObject, b: JsonObject): JsonObject {
  const merged = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const before = merged[key]
    merged[key] = isObject(before) && isObject(value) ? deepMerge(before, value) : value
  }
  return merged
}
