/**
 * Merging configs: the later one wins, key by key.
 *
 * Objects merge, everything else (lists too) is replaced whole; null counts as "not said". Objects that the schema marks as
 * ordered are the exception in both respects: null removes an entry (a stage of the degradation, say), and the order of
 * its keys is the order of application, so a merge must put a new entry where its author meant it.
 */
import type { ConfigKind } from './kind.ts'

/** What a merge asks of a schema. */
type Ordering = Pick<ConfigKind, 'orderedAt'>

/** A JSON object. */
export type JsonObject = { [key: string]: unknown }

/** Whether a value is an object with keys (not a list, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Two config files of one chain: null in the later one wins, because it takes back what the earlier one said. */
export function mergeFiles(kind: Ordering, base: JsonObject, over: JsonObject): JsonObject {
  const orderOf = (path: readonly string[], one: JsonObject, other: JsonObject) => {
    const reference = kind.orderedAt(path)
    return reference && orderOfParts(reference, one, other)
  }
  return merge(base, over, { nullWins: () => true, orderOf })
}

/** A complete config and what changes it: null leaves the complete value, but removes an entry of an ordered object. */
export function mergeInto(kind: Ordering, complete: JsonObject, over: JsonObject): JsonObject {
  const nullWins = (path: readonly string[]) => kind.orderedAt(path.slice(0, -1)) !== undefined
  const orderOf = (path: readonly string[], one: JsonObject, other: JsonObject) =>
    kind.orderedAt(path) && orderEntries(one, other)
  return withoutRemoved(kind, merge(complete, over, { nullWins, orderOf }), [])
}

function withoutRemoved(kind: Ordering, value: JsonObject, path: readonly string[]): JsonObject {
  const isOrdered = kind.orderedAt(path) !== undefined
  const kept = Object.entries(value).filter(([, inner]) => !(isOrdered && inner === null))
  return Object.fromEntries(
    kept.map(([key, inner]) => [key, isObject(inner) ? withoutRemoved(kind, inner, [...path, key]) : inner]),
  )
}

/** In what a merge of files and one into a complete config differ. */
interface Rules {
  readonly nullWins: (path: readonly string[]) => boolean
  /** Keys of two ordered objects, in order; one that neither has is added without values. Undefined: not ordered. */
  readonly orderOf: (path: readonly string[], base: JsonObject, over: JsonObject) => readonly string[] | undefined
}

function merge(base: JsonObject, over: JsonObject, rules: Rules, path: readonly string[] = []): JsonObject {
  const result: JsonObject = {}
  const keys = rules.orderOf(path, base, over) ?? unionOfKeys(base, over)
  for (const key of keys) {
    const here = [...path, key]
    const [before, after] = [base[key], over[key]]
    if (isObject(after)) result[key] = merge(isObject(before) ? before : {}, after, rules, here)
    else if (!(key in base) && !(key in over)) result[key] = {}
    else if (after === undefined || (after === null && !rules.nullWins(here))) result[key] = before ?? null
    else result[key] = after
  }
  return result
}

function unionOfKeys(base: JsonObject, over: JsonObject): string[] {
  return [...new Set([...Object.keys(base), ...Object.keys(over)])]
}

/**
 * Order of the entries of two merged objects. Entries that both name keep their places, unless the later config
 * lists them in another order: then they swap among those places. A new entry goes right after the one listed before
 * it; when it is the first of its list, right before the next one; alone, at the end.
 */
export function orderEntries(base: JsonObject, over: JsonObject): string[] {
  const listed = Object.keys(over)
  const shared = listed.filter((name) => name in base)
  let next = 0
  const order = Object.keys(base).map((name) => (name in over ? shared[next++]! : name))
  listed.forEach((name, index) => {
    if (name in base) return
    const before = listed[index - 1]
    const after = listed.slice(index + 1).find((other) => other in base)
    if (before !== undefined) order.splice(order.indexOf(before) + 1, 0, name)
    else if (after !== undefined) order.splice(order.indexOf(after), 0, name)
    else order.push(name)
  })
  return order
}

/**
 * Order of the entries of two parts of a config, neither of which has to name all of them: as if the defaults' entries took the
 * one part and then the other. Where the parts' own entries can't express that order, those of the defaults that lie between
 * are named too.
 */
function orderOfParts(defaults: readonly string[], base: JsonObject, over: JsonObject): readonly string[] {
  const reference = asMap(defaults)
  const whole = orderEntries(asMap(orderEntries(reference, base)), over)
  const named = whole.filter((name) => name in base || name in over)
  const regained = orderEntries(reference, asMap(named))
  return regained.every((name, index) => name === whole[index]) ? named : whole
}

/** Entries that have an order and no values. */
function asMap(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, {}]))
}

/** Only what is absent is filled; null is a value, and a wrong one where no null may be. */
export function withMissing(value: unknown, reference: unknown): unknown {
  if (!isObject(value) || !isObject(reference)) return value
  const filled: JsonObject = { ...value }
  for (const [key, inner] of Object.entries(reference)) {
    filled[key] = Object.hasOwn(value, key) ? withMissing(value[key], inner) : inner
  }
  return filled
}
