/**
 * Merging configs: the later one wins, key by key.
 *
 * Objects merge, everything else (lists too) is replaced whole; null counts as "not said". The degradation is the exception
 * in both respects: null removes a stage, and the order of its keys is the order of application, so a merge must put
 * a new stage where its author meant it.
 */

/** A JSON object. */
export type JsonObject = { [key: string]: unknown }

/** Whether a value is an object with keys (not a list, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Two config files of one chain: null in the later one wins, because it takes back what the earlier one said. */
export function mergeFiles(base: JsonObject, over: JsonObject): JsonObject {
  return merge(base, over, () => true)
}

/** A complete config and what changes it: null leaves the complete value, but removes a stage of the degradation. */
export function mergeInto(complete: JsonObject, over: JsonObject): JsonObject {
  const merged = merge(complete, over, (path) => path.length === 2 && path[0] === 'degradation')
  const stages = merged.degradation
  if (isObject(stages)) {
    for (const [name, stage] of Object.entries(stages)) if (stage === null) delete stages[name]
  }
  return merged
}

function merge(
  base: JsonObject,
  over: JsonObject,
  nullWins: (path: readonly string[]) => boolean,
  path: readonly string[] = [],
): JsonObject {
  const result: JsonObject = {}
  const keys = path.length === 1 && path[0] === 'degradation' ? orderStages(base, over) : unionOfKeys(base, over)
  for (const key of keys) {
    const here = [...path, key]
    const [before, after] = [base[key], over[key]]
    if (isObject(after)) result[key] = merge(isObject(before) ? before : {}, after, nullWins, here)
    else if (after === undefined || (after === null && !nullWins(here))) result[key] = before ?? null
    else result[key] = after
  }
  return result
}

function unionOfKeys(base: JsonObject, over: JsonObject): string[] {
  return [...new Set([...Object.keys(base), ...Object.keys(over)])]
}

/**
 * Order of the stages of two merged degradations. Stages that both name keep their places, unless the later config
 * lists them in another order: then they swap among those places. A new stage goes right after the one listed before
 * it; when it is the first of its list, right before the next one; alone, at the end.
 */
export function orderStages(base: JsonObject, over: JsonObject): string[] {
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
