/** The numbers of a comparison: for each metric and condition the mean, and the paired difference to the base. */
import { bootstrapInterval, FEWEST_UNITS, type Interval, mean } from './bootstrap.ts'
import type { Grid } from './grid.ts'
import type { ComparedMetric } from './metrics.ts'
import { holm, signFlipP } from './sign-flip.ts'

/** What an interval that excludes zero says. 'differs': the metric has no better side. */
export type Mark = 'better' | 'worse' | 'differs'

/** Difference of a condition to the base, over the pairs (same input, same seed) that both have. */
export interface Difference extends Interval {
  readonly pairs: number
  /** Pairs that were listed and lack a value on one side or both. */
  readonly dropped: number
  /** One difference per unit: the mean over an input's seeds, or a seed's where there is one input. */
  readonly units: readonly { readonly name: string; readonly value: number }[]
  /** Units that went to the better side (for metrics without one: up). */
  readonly improved: number
  /** Sign-flip test over the units. */
  readonly p: number
  /** p adjusted for all conditions of this metric. */
  readonly holm: number
  readonly mark: Mark | null
}

/** A metric under a condition. */
export interface Cell {
  readonly condition: string
  /** Runs with a value. */
  readonly values: number
  readonly inputs: number
  /** Mean over inputs of their means over seeds, with its interval; undefined where there is no value. */
  readonly level: Interval | undefined
  /** Undefined for the base, and where there is no pair. */
  readonly difference: Difference | undefined
}

/** A metric under all conditions, in their order. */
export interface MetricSummary {
  readonly metric: ComparedMetric
  readonly cells: readonly Cell[]
}

/** Summary of a metric. */
export function summarize(grid: Grid, metric: ComparedMetric): MetricSummary {
  const value = (condition: string, input: string, seed: number) =>
    grid.at(condition, input, seed)?.metrics[metric.key] ?? undefined
  const measured = (input: string, seed: number) =>
    grid.conditions.some(({ name }) => value(name, input, seed) !== undefined)

  const drafts = grid.conditions.map(({ name }) => {
    const levels = unitsOf(grid, (input, seed) => value(name, input, seed))
    const differences =
      name === grid.base.name
        ? undefined
        : unitsOf(grid, (input, seed) => subtract(value(name, input, seed), value(grid.base.name, input, seed)))
    const listed = (input: string, seed: number) =>
      grid.at(name, input, seed) && grid.at(grid.base.name, input, seed) && measured(input, seed) ? 1 : undefined
    return { name, levels, differences, expected: unitsOf(grid, listed).count }
  })
  const families = drafts.filter(({ differences }) => differences && differences.units.length > 0)
  const ps = families.map(({ differences }) => signFlipP(differences!.units.map((unit) => unit.value)))
  const adjusted = holm(ps)

  const cells = drafts.map((draft): Cell => {
    const { name, levels, differences, expected } = draft
    const index = families.indexOf(draft)
    const level = levels.units.length > 0 ? bootstrapInterval(levels.units.map((unit) => unit.value)) : undefined
    const cell = { condition: name, values: levels.count, inputs: levels.inputs, level }
    if (!differences || index < 0) return { ...cell, difference: undefined }
    const { units, count } = differences
    const interval = bootstrapInterval(units.map((unit) => unit.value))
    const sign = metric.better === 'lower' ? -1 : 1
    const difference: Difference = {
      ...interval,
      pairs: count,
      dropped: expected - count,
      units,
      improved: units.filter((unit) => sign * unit.value > 0).length,
      p: ps[index]!,
      holm: adjusted[index]!,
      mark: markOf(interval, units.length, metric.better),
    }
    return { ...cell, difference }
  })
  return { metric, cells }
}

function subtract(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}

/** What an interval says of a metric; nothing where there are too few units to believe it. */
export function markOf({ low, high }: Interval, units: number, better: ComparedMetric['better']): Mark | null {
  if (units < FEWEST_UNITS || !(low > 0 || high < 0)) return null
  if (better === null) return 'differs'
  return low > 0 === (better === 'higher') ? 'better' : 'worse'
}

/** One number for each unit of resampling: an input's mean over its seeds; or with one input only, each seed's. */
export function unitsOf(
  { inputs, seeds }: Pick<Grid, 'inputs' | 'seeds'>,
  read: (input: string, seed: number) => number | undefined,
): { units: { name: string; value: number }[]; count: number; inputs: number } {
  const rows = inputs.flatMap((input) => {
    const values = seeds.flatMap((seed) => {
      const value = read(input, seed)
      return value === undefined ? [] : [{ name: `seed ${seed}`, value }]
    })
    return values.length > 0 ? [{ input, values }] : []
  })
  const units =
    inputs.length === 1
      ? rows.flatMap(({ values }) => values)
      : rows.map(({ input, values }) => ({ name: input, value: mean(values.map((item) => item.value)) }))
  return { units, count: rows.reduce((sum, { values }) => sum + values.length, 0), inputs: rows.length }
}
