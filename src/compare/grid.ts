/** The runs of a comparison in their places: conditions × inputs × seeds. Everything else asks here, and gets the same order. */
import type { Methods } from '../methods/method.ts'
import { type GatheredRun, gatherRun } from './gather.ts'
import { CompareError, type CompareRequest, type Condition } from './types.ts'

/** Runs in their places. */
export interface Grid {
  readonly conditions: readonly Condition[]
  readonly base: Condition
  /** In the order in which they are first listed. */
  readonly inputs: readonly string[]
  /** Ascending. */
  readonly seeds: readonly number[]
  /** By condition, then input, then seed. */
  readonly runs: readonly GatheredRun[]
  /** The run at a place; undefined where none was listed. */
  at(condition: string, input: string, seed: number): GatheredRun | undefined
}

/** Reads all runs and puts them in their places. */
export function gridOf(
  { conditions, base, runs }: Pick<CompareRequest, 'conditions' | 'base' | 'runs'>,
  methods: Methods,
): Grid {
  const names = conditions.map(({ name }) => name)
  const baseCondition = conditions.find(({ name }) => name === base)
  if (!baseCondition) {
    throw new CompareError(`expected a base condition among ${names.join(', ')}, found "${base}"`)
  }
  const inputs = [...new Set(runs.map(({ input }) => input))]
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b)
  const places = new Map<string, GatheredRun>()
  for (const run of runs) {
    if (!names.includes(run.condition)) {
      throw new CompareError(
        `${run.name}: expected one of the conditions ${names.join(', ')}, found "${run.condition}"`,
      )
    }
    const key = placeKey(run.condition, run.input, run.seed)
    const other = places.get(key)
    if (other) {
      throw new CompareError(
        `expected one run for each condition, input and seed, found ${other.name} and ${run.name}; leave one out`,
      )
    }
    places.set(key, gatherRun(run, methods))
  }
  const at = (condition: string, input: string, seed: number) => places.get(placeKey(condition, input, seed))
  const ordered = names.flatMap((name) =>
    inputs.flatMap((input) => seeds.flatMap((seed) => at(name, input, seed) ?? [])),
  )
  return { conditions, base: baseCondition, inputs, seeds, runs: ordered, at }
}

function placeKey(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts)
}
