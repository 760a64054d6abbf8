/** A search of an experiment: its space, and conditions made of points of it. */
import { ConfigError } from '../config/errors.ts'
import type { Fragment } from '../config/load.ts'
import { methodOf } from '../methods/methods.ts'
import { type Dimension, type Point, pointsIn } from '../search/space.ts'
import { nearest } from '../text/nearest.ts'
import type { Condition } from './condition.ts'
import { shortKeys } from './names.ts'
import type { Level, SearchEntry } from './schema.ts'

/** Makes a condition. @param path of where it is written, for errors */
export type Make = (name: string, level: Level, path: string) => Condition

/** A search, checked. */
export interface Search {
  readonly method: 'random' | 'tpe'
  readonly budget: number
  readonly seed: number
  readonly metric: string
  readonly direction: 'minimize' | 'maximize'
  readonly startup: number
  readonly together: number
  /** Dotted key, or name of named levels, in the order of a point's numbers. */
  readonly keys: readonly string[]
  readonly space: readonly Dimension[]
  /** As written, for what must tell whether it is still the same search. */
  readonly written: Omit<SearchEntry, 'budget'>
  /** The condition of trial 0, 1 … */
  condition(index: number, point: Point): Condition
}

const STARTUP = 10
const TOGETHER = 4

/** Names of trials: `trial-001`. */
export function isTrial(name: string): boolean {
  return /^trial-\d+$/iu.test(name)
}

/** The name of trial 0, 1 …: three digits, so that they stand in order. */
export function trialName(index: number): string {
  return `trial-${String(index + 1).padStart(3, '0')}`
}

/**
 * Checks a search. Ends of ranges and all things of choices are made conditions once, so that a value that no config may have is
 * found before the first run.
 *
 * @param place where it is written, for errors
 */
export function searchOf(entry: SearchEntry, base: Fragment, make: Make, place: { source?: string }): Search {
  const keys = Object.keys(entry.space)
  const fail = (message: string): never => {
    throw new ConfigError(message, place)
  }
  if (keys.length === 0) fail('expected keys in its space, found none')
  const short = shortKeys(keys)
  const factors = keys.map((key) => factorOf(key, short.get(key)!, entry.space[key]!, fail))
  const space = factors.map(({ dimension }) => dimension)
  const most = pointsIn(space)
  if (entry.budget > most)
    fail(`expected a budget of at most the ${most} points that its space has, found ${entry.budget}`)
  const condition = (index: number, point: Point): Condition => {
    const levels = factors.map((factor, d) => factor.level(point[d]!))
    const level: Level = {
      label: `${index + 1}: ${levels.map((one) => one.label).join(', ')}`,
      extends: levels.flatMap((one) => one.extends ?? []),
      set: Object.assign({}, ...levels.map((one) => one.set ?? {})),
      fromTruth: Object.assign({}, ...levels.map((one) => one.fromTruth ?? {})),
    }
    return make(trialName(index), level, 'conditions.search.space')
  }
  for (const [d, { ends }] of factors.entries())
    for (const end of ends)
      condition(
        0,
        factors.map((factor, other) => (other === d ? end : factor.ends[0]!)),
      )
  const { budget, ...written } = entry
  return {
    ...{ method: entry.method, budget, seed: entry.seed ?? 0, metric: entry.metric },
    direction: directionOf(entry, base, fail),
    ...{ startup: entry.startup ?? STARTUP, together: entry.together ?? TOGETHER },
    ...{ keys, space, written, condition },
  }
}

interface Factor {
  readonly dimension: Dimension
  /** Values of the point that must make a config for all others to. */
  readonly ends: readonly number[]
  level(value: number): Level
}

function factorOf(
  key: string,
  short: string,
  written: SearchEntry['space'][string],
  fail: (m: string) => never,
): Factor {
  if (isRange(written)) {
    const { low, high, log = false, step = null } = written
    if (low > high) fail(`${key}: expected low below high, found ${low} and ${high}`)
    if (log && low <= 0) fail(`${key}: expected low above 0, as log asks for, found ${low}`)
    return {
      dimension: { kind: 'range', low, high, log, step },
      ends: [low, high],
      level: (value) => ({ label: `${short} ${value}`, set: { [key]: value } }),
    }
  }
  const levels: readonly Level[] = Array.isArray(written)
    ? written.map((value) => ({
        label: `${short} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        set: { [key]: value },
      }))
    : Object.entries(written as Record<string, Level>).map(([name, own]) => ({ ...own, label: own.label ?? name }))
  if (levels.length === 0) fail(`${key}: expected values, found none`)
  return {
    dimension: { kind: 'choice', count: levels.length },
    ends: levels.map((_, i) => i),
    level: (value) => levels[value]!,
  }
}

function isRange(
  written: SearchEntry['space'][string],
): written is { low: number; high: number; log?: boolean; step?: number } {
  return !Array.isArray(written) && typeof (written as { low?: unknown }).low === 'number'
}

function directionOf({ metric, direction }: SearchEntry, base: Fragment, fail: (message: string) => never) {
  const method = methodOf(base)
  const description = method.metric(metric)
  if (!description) {
    const keys = method.metrics.map(({ key }) => key)
    const close = nearest(metric, keys)
    fail(
      `expected a metric of the method ${method.name}, found "${metric}"${close === undefined ? '' : `; did you mean ${close}?`}`,
    )
  }
  if (direction) return direction
  const better = description?.better ?? null
  if (better === null) fail(`expected "direction" for ${metric}, which has no better side of its own, found none`)
  return better === 'lower' ? 'minimize' : 'maximize'
}
