/** A key of the degradation that the conditions set differently and whose true value is known for some inputs. */

import { isObject, type JsonObject } from '../config/merge.ts'
import { flatten } from './config-differences.ts'
import type { Grid } from './grid.ts'

export interface KnownFactor {
  readonly key: string
  /** All offered values as JSON, in the order of the conditions. */
  readonly values: readonly string[]
  /** Of each input whose truth is known: the true value, and the offered one that is it or nearest to it. */
  readonly truths: ReadonlyMap<string, { readonly truth: string; readonly nearest: string }>
  /** What a condition sets for an input, as JSON. */
  readonly offered: (condition: string, input: string) => string | undefined
}

/** The config of the first run that has one: between seeds nothing of the degradation differs. */
function configOf({ seeds, at }: Grid, condition: string, input: string): JsonObject | undefined {
  return seeds.map((seed) => at(condition, input, seed)?.config).find((config) => config !== undefined)
}

/** The conditions that set something of their own for this input: the true film is also one of the three films. */
export function distinctConditions(grid: Grid, input: string): string[] {
  const found = new Map<string, string>()
  for (const { name } of grid.conditions) {
    const config = configOf(grid, name, input)
    const text = config === undefined ? name : JSON.stringify([...flatten(config)].sort())
    if (!found.has(text)) found.set(text, name)
  }
  return [...found.values()]
}

/** Undefined where the key has one value only, or its truth is unknown. */
export function knownFactor(grid: Grid, key: string): KnownFactor | undefined {
  const { conditions, inputs } = grid
  const offered = (condition: string, input: string) => {
    const config = configOf(grid, condition, input)
    return config && flatten(config).get(key)
  }
  const trueValue = (input: string) => {
    const config = conditions.map(({ name }) => configOf(grid, name, input)).find((one) => one !== undefined)
    return config && truthOf(config, key)
  }
  const truths = new Map<string, { truth: string; nearest: string }>()
  for (const input of inputs) {
    const truth = trueValue(input)
    // Of what this input was offered: multiples of a true value are other numbers for other inputs.
    const own = conditions.flatMap(({ name }) => offered(name, input) ?? [])
    const nearest = truth === undefined ? undefined : nearestOf(truth, own)
    if (truth !== undefined && nearest !== undefined) truths.set(input, { truth, nearest })
  }
  const values = [...new Set(conditions.flatMap(({ name }) => inputs.flatMap((input) => offered(name, input) ?? [])))]
  return truths.size > 0 && values.length > 1 ? { key, values, truths, offered } : undefined
}

/** The true value of a key of the degradation, as JSON; of names and numbers only. */
function truthOf({ truth }: JsonObject, key: string): string | undefined {
  if (!isObject(truth) || !isObject(truth.degradation)) return undefined
  return flatten({ degradation: truth.degradation }).get(key)
}

function nearestOf(truth: string, values: readonly string[]): string | undefined {
  if (values.includes(truth)) return truth
  const target: unknown = JSON.parse(truth)
  if (typeof target !== 'number') return undefined
  const distance = (value: string) => Math.abs(Number(value) - target)
  const numbers = values.filter((value) => Number.isFinite(Number(value)))
  return numbers.length > 0 ? numbers.reduce((a, b) => (distance(b) < distance(a) ? b : a)) : undefined
}
