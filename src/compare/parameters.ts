/** What conditions set, as numbers and words that can be plotted: the keys that differ, one value for each condition. */
import { type KeyDifference, plainValue, VARIES } from './config-differences.ts'
import type { Grid } from './grid.ts'
import type { SearchFacts } from './types.ts'

/** A key of the configs that differs. */
export interface Parameter {
  readonly key: string
  /** Numbers where all are numbers, else words; null where a condition lacks it, or gives it several. */
  readonly values: readonly (number | string | null)[]
}

/** A search changes as many keys as it likes; of other comparisons those that can be told apart on a page. */
const MOST = 12

/** Keys that differ, those of a search alone. */
export function parametersOf(grid: Grid, differences: readonly KeyDifference[], search?: SearchFacts): Parameter[] {
  const own = search ? searched(grid, differences, search) : differences.slice(0, MOST).map(parameterOf)
  return own.filter(({ values }) => new Set(values.filter((value) => value !== null)).size > 1)
}

function searched({ conditions }: Grid, differences: readonly KeyDifference[], { keys }: SearchFacts): Parameter[] {
  const set = new Set(keys)
  const written = conditions.flatMap((condition) => Object.keys(condition.set ?? {}))
  // Named levels set keys that the search does not name.
  const wanted = [...new Set([...keys, ...written])]
  return wanted.flatMap((key) => {
    const difference = differences.find((one) => one.key === key)
    if (difference) return [parameterOf(difference)]
    // A key that a run's config writes in another form (a list, a stage that is absent): as the condition has it.
    if (!set.has(key)) return []
    return [
      valuesOf(
        key,
        conditions.map((condition) => condition.set?.[key]),
      ),
    ]
  })
}

function parameterOf({ key, values }: KeyDifference): Parameter {
  return valuesOf(
    key,
    values.map((value) => (value === null || value === VARIES ? undefined : JSON.parse(value))),
  )
}

function valuesOf(key: string, values: readonly unknown[]): Parameter {
  const present = values.filter((value) => value !== undefined)
  const numeric = present.every((value) => typeof value === 'number')
  return {
    key,
    values: values.map((value) => {
      if (value === undefined) return null
      return numeric ? (value as number) : plainValue(JSON.stringify(value))
    }),
  }
}
