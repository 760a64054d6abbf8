/**
 * A comparison as papers print it: a row for each condition, its switched-off parts as marks, means with intervals, the best bold
 * and the second underlined. What it shows, without the language that it is written in (paper-latex.ts, paper-markdown.ts).
 */
import { type KeyDifference, plainValue } from './config-differences.ts'
import { decimalsOf, fixed } from './format.ts'
import type { Grid } from './grid.ts'
import type { MetricSummary } from './summary.ts'

/** A mean with its interval, as text. */
export interface PaperCell {
  readonly mean: string
  /** Undefined where there are too few inputs for an interval. */
  readonly interval: readonly [low: string, high: string] | undefined
  /** Of the column; undefined for the others, and where all are equal as printed. */
  readonly place: 'best' | 'second' | undefined
}

export interface PaperTable {
  /** Keys that are switched: their names, short. */
  readonly switches: readonly string[]
  readonly metrics: readonly {
    readonly label: string
    readonly unit?: string | undefined
    readonly better: 'higher' | 'lower'
  }[]
  readonly rows: readonly {
    readonly label: string
    /** For each switch whether it is on; undefined where the condition varies it. */
    readonly on: readonly (boolean | undefined)[]
    /** For each metric; undefined where no run has a value. */
    readonly cells: readonly (PaperCell | undefined)[]
  }[]
  /** What the numbers are, for the caption. */
  readonly words: string
}

/** Columns that fit on a page, where nobody says which. */
const MOST_METRICS = 6

/**
 * The table of a comparison.
 *
 * @param wanted keys of metrics in the order of columns; undefined: the first six that have a better side, those of the truth before
 * others, without what the losses see themselves
 */
export function paperTable(
  { conditions, inputs, seeds }: Pick<Grid, 'conditions' | 'inputs' | 'seeds'>,
  summaries: readonly MetricSummary[],
  differences: readonly KeyDifference[],
  wanted?: readonly string[],
): PaperTable {
  const columns = wanted
    ? wanted.flatMap((key) => summaries.find(({ metric }) => metric.key === key) ?? [])
    : usual(summaries)
  const switched = differences.filter(isSwitch)
  return {
    switches: switched.map(({ key }) => key.replace(/^losses\.|\.weight$/gu, '')),
    metrics: columns.map(({ metric: { label, unit, better } }) => ({ label, unit, better: better ?? 'higher' })),
    rows: conditions.map(({ name, label = name }, row) => ({
      label,
      on: switched.map(({ values }) => isOn(values[row] ?? null)),
      cells: columns.map((column) => cellOf(column, row)),
    })),
    words: wordsOf(inputs.length, seeds.length),
  }
}

function wordsOf(inputs: number, seeds: number): string {
  if (inputs * seeds === 1) return 'values of one input'
  const over = [`${inputs} input${inputs === 1 ? '' : 's'}`, ...(seeds > 1 ? [`${seeds} seeds`] : [])].join(' and ')
  return `mean and 95 % interval over ${over}`
}

function usual(summaries: readonly MetricSummary[]): readonly MetricSummary[] {
  const shown = summaries.filter(
    ({ metric: { key, better, shared } }) =>
      better !== null && shared.length === 0 && !/^(?:sibling|camera|loss)\./u.test(key),
  )
  const ofTruth = ({ metric: { key } }: MetricSummary) => key.startsWith('truth.')
  return [...shown.filter(ofTruth), ...shown.filter((one) => !ofTruth(one))].slice(0, MOST_METRICS)
}

/** A weight that some conditions set to nothing, or a yes and no. */
function isSwitch({ key, values }: KeyDifference): boolean {
  const known = values.filter((value) => value !== null)
  if (known.every((value) => value === 'true' || value === 'false')) return known.length > 0
  return (
    key.endsWith('.weight') && known.some((value) => Number(value) === 0) && known.some((value) => Number(value) > 0)
  )
}

function isOn(value: string | null): boolean | undefined {
  if (value === null) return false
  const plain = plainValue(value)
  if (plain === 'true' || plain === 'false') return plain === 'true'
  return Number.isFinite(Number(plain)) ? Number(plain) > 0 : undefined
}

function cellOf(summary: MetricSummary, row: number): PaperCell | undefined {
  const level = summary.cells[row]?.level
  if (!level) return undefined
  const decimals = decimalsOf(summary)
  const text = (value: number) => fixed(value, decimals)
  // Ranks are of what is printed: two equal means are both best.
  const printed = summary.cells.flatMap((cell) =>
    cell.level ? [Number(cell.level.mean.toFixed(Math.min(decimals, 12)))] : [],
  )
  const sign = summary.metric.better === 'lower' ? 1 : -1
  const order = [...new Set(printed)].sort((a, b) => sign * (a - b))
  const rank = order.indexOf(Number(level.mean.toFixed(Math.min(decimals, 12))))
  const place = order.length < 2 || rank > 1 ? undefined : rank === 0 ? 'best' : 'second'
  const hasWidth = level.high > level.low
  return { mean: text(level.mean), interval: hasWidth ? [text(level.low), text(level.high)] : undefined, place }
}
