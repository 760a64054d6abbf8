/** What the page's scripts work on, as JSON: short, with six digits, which is more than a screen shows. */
import type { ComparisonContent } from './content.ts'
import { decimalsOf } from './format.ts'
import { nameOf } from './page-words.ts'

/** The data of a page. */
export function clientData({ grid, summaries, parameters, request, curves, pictures }: ComparisonContent) {
  const { conditions, inputs, seeds, runs } = grid
  return {
    conditions: conditions.map(nameOf),
    base: conditions.indexOf(grid.base),
    inputs,
    seeds,
    metrics: summaries.map((summary) => {
      const { key, label, unit, better, shared } = summary.metric
      return {
        key,
        label,
        unit: unit ?? '',
        better,
        shared,
        decimals: decimalsOf(summary),
        cells: summary.cells.map(({ inputs: count, level, difference }) => ({
          inputs: count,
          level: level && interval(level),
          difference: difference && {
            ...interval(difference),
            pairs: difference.pairs,
            dropped: difference.dropped,
            improved: difference.improved,
            p: short(difference.p),
            holm: short(difference.holm),
            mark: difference.mark,
            units: difference.units.map(({ name, value }) => [name, short(value)]),
          },
        })),
      }
    }),
    // [condition][input][seed] → the run's values in the order of the metrics, or why there are none.
    values: conditions.map(({ name }) =>
      inputs.map((input) =>
        seeds.map((seed) => {
          const run = grid.at(name, input, seed)
          if (!run?.complete) return run ? (run.problem ?? 'missing') : 'not run'
          return summaries.map(({ metric }) => short(run.metrics[metric.key] ?? null))
        }),
      ),
    ),
    parameters,
    search: request.search && { metric: request.search.metric, direction: request.search.direction },
    curves,
    pictures,
    runs: runs.length,
  }
}

function interval({ mean, low, high }: { mean: number; low: number; high: number }) {
  return { mean: short(mean), low: short(low), high: short(high) }
}

function short(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(6))
}
