/** Settings by dotted keys, as on the command line, and the nested objects that they stand for. */
import { ConfigError } from '../config/errors.ts'
import type { ConfigKind } from '../config/kind.ts'
import { nested } from '../config/load.ts'
import { isObject, type JsonObject, mergeFiles } from '../config/merge.ts'

/** More keys than a config has. */
const MOST_SETTINGS = 1000

/** Every value of nested settings by its dotted key; lists are values. */
export function flattened(document: JsonObject, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) =>
      isObject(value) ? Object.entries(flattened(value, `${prefix}${key}.`)) : [[`${prefix}${key}`, value]],
    ),
  )
}

/**
 * Dotted keys as nested objects; a value that is an object itself stays one. Each key counts by itself, as with --set: which
 * is written first says nothing about the order of stages.
 *
 * @param kind of the configs that they are settings of
 */
export function fromDotted(kind: ConfigKind, settings: Readonly<Record<string, unknown>>): JsonObject {
  const { length } = Object.keys(settings)
  if (length > MOST_SETTINGS) throw new ConfigError(`expected at most ${MOST_SETTINGS} dotted keys, found ${length}`)
  return Object.entries(settings).reduce<JsonObject>(
    (merged, [key, value]) => mergeFiles(kind, merged, nested(key.split('.'), value)),
    {},
  )
}
