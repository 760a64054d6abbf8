/**
 * The tables of a comparison. metrics.* and summary.csv hold nothing that depends on when or where the runs were
 * made, so that a sweep that was killed and continued can be compared with one that was not, byte for byte.
 */
import { jsonLinesOf, parquetOf } from './columns.ts'
import { type KeyDifference, plainValue } from './config-differences.ts'
import { type CsvCell, csvOf } from './csv.ts'
import type { Grid } from './grid.ts'
import type { ComparedMetric } from './metrics.ts'
import { paperTable } from './paper.ts'
import { latexTable } from './paper-latex.ts'
import { markdownTable } from './paper-markdown.ts'
import type { Recovery } from './recovery.ts'
import { secondsOf } from './resources.ts'
import type { MetricSummary } from './summary.ts'

/** Everything that the tables are made of. */
export interface TableContent {
  readonly grid: Grid
  readonly metrics: readonly ComparedMetric[]
  readonly summaries: readonly MetricSummary[]
  readonly differences: readonly KeyDifference[]
  readonly recovery: Recovery | undefined
  /** Of the comparison, for captions. */
  readonly title: string
  /** Keys of the metrics that the tables for papers show; undefined: those that say most. */
  readonly columns?: readonly string[] | undefined
}

/** The files, by name. */
export function tablesOf(content: TableContent): Record<string, string | Uint8Array> {
  const { grid, summaries, differences, recovery, title, columns } = content
  const paper = paperTable(grid, summaries, differences, columns)
  const [head, rows] = metricRows(content)
  return {
    'metrics.csv': csvOf(head, rows),
    'metrics.jsonl': jsonLinesOf(head, rows),
    'metrics.parquet': parquetOf(head, rows),
    'summary.csv': summaryTable(content),
    'configs.csv': configsTable(content),
    'runs.csv': runsTable(content),
    ...(recovery ? { 'recovery.csv': recoveryTable(recovery) } : {}),
    'paper.tex': latexTable(paper, title),
    'paper.md': markdownTable(paper, title),
  }
}

/** A row for every run and metric. */
function metricRows({ grid, metrics }: TableContent): [head: readonly string[], rows: readonly (readonly CsvCell[])[]] {
  const head = ['condition', 'input', 'seed', 'metric', 'value', 'unit']
  const rows = grid.runs.flatMap(({ condition, input, seed, metrics: values }) =>
    metrics.map(({ key, unit }): CsvCell[] => [condition, input, seed, key, values[key], unit]),
  )
  return [head, rows]
}

/** A row for every metric and condition. */
function summaryTable({ summaries }: TableContent): string {
  const head = [
    ...[
      'metric',
      'condition',
      'unit',
      'better',
      'shares_networks',
      'inputs',
      'values',
      'mean',
      'mean_low',
      'mean_high',
    ],
    ...['pairs', 'dropped_pairs', 'units', 'difference', 'difference_low', 'difference_high', 'mark'],
    ...['improved_units', 'p_sign_flip', 'p_holm'],
  ]
  const rows = summaries.flatMap(({ metric, cells }) =>
    cells.map(({ condition, inputs, values, level, difference: d }): CsvCell[] => [
      ...[metric.key, condition, metric.unit, metric.better, metric.shared.join(' '), inputs, values],
      ...[level?.mean, level?.low, level?.high],
      ...[d?.pairs, d?.dropped, d?.units.length, d?.mean, d?.low, d?.high, d?.mark, d?.improved, d?.p, d?.holm],
    ]),
  )
  return csvOf(head, rows)
}

/** A row for every key that differs. */
function configsTable({ grid, differences }: TableContent): string {
  return csvOf(
    ['key', ...grid.conditions.map(({ name }) => name)],
    differences.map(({ key, values }) => [key, ...values.map((value) => value && plainValue(value))]),
  )
}

/** A row for every run: how it ended and what it cost. */
function runsTable({ grid }: TableContent): string {
  const head = [
    'run',
    'condition',
    'input',
    'seed',
    'complete',
    'problem',
    'seconds',
    'optimize_seconds',
    'steps',
    'peak_mib',
  ]
  return csvOf(
    head,
    grid.runs.map((run): CsvCell[] => {
      const { manifest, complete, problem, name, condition, input, seed } = run
      const { stepsDone, peakMemoryMiB, timings } = manifest ?? {}
      const seconds = manifest && secondsOf(run)
      return [name, condition, input, seed, complete, problem, seconds, timings?.optimize, stepsDone, peakMemoryMiB]
    }),
  )
}

/** A row for every factor, criterion and input: the true value and the one that would have been chosen. */
function recoveryTable({ factors }: Recovery): string {
  return csvOf(
    ['key', 'criterion', 'input', 'true_value', 'nearest_offered', 'chosen', 'hit'],
    factors.flatMap(({ key, criteria }) =>
      criteria.flatMap(({ metric, choices }) =>
        choices.map(({ input, truth, nearest, chosen }): CsvCell[] => [
          ...[key, metric.key, input, plainValue(truth), plainValue(nearest), plainValue(chosen)],
          chosen === nearest,
        ]),
      ),
    ),
  )
}
