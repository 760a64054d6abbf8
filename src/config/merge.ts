/**
 * Merging configs: the later one wins, key by key.
 *
 * Objects merge, everything else (lists too) is replaced whole; null counts as "not said". The degradation is the exception
 * in both respects: null removes a stage, and the order of its keys is the order of application, so a merge must put
 * a new stage where its author meant it.
 */
import { referenceStages } from './schema-degradation.ts'

/** A JSON object. */
export type JsonObject = { [key: string]: unknown }

/** Whether a value is an object with keys (not a list, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Two config files of one chain: null in the later one wins, because it takes back what the earlier one said. */
export function mergeFiles(base: JsonObject, over: JsonObject): JsonObject {
  return merge(base, over, { nullWins: () => true, orderOf: orderOfParts })
}

/** A complete config and what changes it: null leaves the complete value, but removes a stage of the degradation. */
export function mergeInto(complete: JsonObject, over: JsonObject): JsonObject {
  const nullWins = (path: readonly string[]) => path.length === 2 && path[0] === 'degradation'
  const merged = merge(complete, over, { nullWins, orderOf: orderStages })
  const stages = merged.degradation
  if (isObject(stages)) {
    for (const [name, stage] of Object.entries(stages)) if (stage === null) delete stages[name]
  }
  return merged
}

/** In what a merge of files and one into a complete config differ. */
interface Rules {
  readonly nullWins: (path: readonly string[]) => boolean
  /** Names of the stages of two degradations, in order; one that neither has is added without values. */
  readonly orderOf: (base: JsonObject, over: JsonObject) => readonly string[]
}

function merge(base: JsonObject, over: JsonObject, rules: Rules, path: readonly string[] = []): JsonObject {
  const result: JsonObject = {}
  const keys = path.length === 1 && path[0] === 'degradation' ? rules.orderOf(base, over) : unionOfKeys(base, over)
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

/**
 * Order of the stages of two parts of a config, neither of which has to name all of them: as if the reference's stages took
 * the one part and then the other. Where the parts' own stages can't express that order, the reference's that lie between
 * are named too.
 */
export function orderOfParts(base: JsonObject, over: JsonObject): readonly string[] {
  const reference = asMap(referenceStages)
  const whole = orderStages(asMap(orderStages(reference, base)), over)
  const named = whole.filter((name) => name in base || name in over)
  const regained = orderStages(reference, asMap(named))
  return regained.every((name, index) => name === whole[index]) ? named : whole
}

/** Stages that have an order and no values. */
function asMap(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, {}]))
}
