/** Loss curves of all runs on one grid of steps, thinned: a page shows a few hundred points, not a million. */
import type { LossRow } from '../run/losses.ts'
import type { Grid } from './grid.ts'

/** Values at the grid's steps; null where a run has none (it was shorter, or the loss was no number). */
export type Curve = readonly (number | null)[]

/** Curves of a comparison. */
export interface Curves {
  readonly steps: readonly number[]
  /** 'total', then the terms (raw), in the order of the objective. */
  readonly terms: readonly string[]
  /** For each term and condition: the mean over its runs. */
  readonly means: Readonly<Record<string, readonly Curve[]>>
  /** For each term: every run's curve, beside `runs`. */
  readonly singles: Readonly<Record<string, readonly Curve[]>>
  readonly runs: readonly { readonly condition: number; readonly label: string }[]
}

/** Points of a curve, and of all single curves together, that a page can bear. */
const MOST_POINTS = 120
const MOST_NUMBERS = 150_000

/** Undefined where no run has losses. */
export function curvesOf({ runs, conditions, seeds }: Grid): Curves | undefined {
  const drawn = runs.filter(({ losses }) => losses.length > 0)
  if (drawn.length === 0) return undefined
  const last = Math.max(...drawn.map(({ losses }) => losses.at(-1)!.step))
  const names = [...new Set(drawn.flatMap(({ losses }) => Object.keys(losses[0]!.losses.terms)))]
  const terms = ['total', ...names]
  const points = Math.max(20, Math.min(MOST_POINTS, Math.floor(MOST_NUMBERS / (drawn.length * terms.length))))
  const steps = thinned(last, points)
  const columns = drawn.map(({ losses }) => {
    const byStep = new Map(losses.map((row) => [row.step, row]))
    return Object.fromEntries(terms.map((term) => [term, steps.map((step) => valueAt(byStep.get(step), term))]))
  })
  const index = drawn.map(({ condition }) => conditions.findIndex(({ name }) => name === condition))
  const meanOf = (term: string, condition: number): Curve =>
    steps.map((_, step) => {
      const values = columns.flatMap((column, run) => (index[run] === condition ? (column[term]![step] ?? []) : []))
      return values.length > 0 ? short(values.reduce((sum, value) => sum + value, 0) / values.length) : null
    })
  return {
    steps,
    terms,
    means: Object.fromEntries(terms.map((term) => [term, conditions.map((_, condition) => meanOf(term, condition))])),
    singles: Object.fromEntries(terms.map((term) => [term, columns.map((column) => column[term]!.map(short))])),
    runs: drawn.map(({ input, seed }, run) => ({
      condition: index[run]!,
      label: seeds.length > 1 ? `${input}, seed ${seed}` : input,
    })),
  }
}

/** Steps 1 … last, evenly thinned; the first and the last stay. */
export function thinned(last: number, most: number): number[] {
  const count = Math.min(last, most)
  if (count === 1) return [last]
  const steps = Array.from({ length: count }, (_, index) => 1 + Math.round((index * (last - 1)) / (count - 1)))
  return [...new Set(steps)]
}

function valueAt(row: LossRow | undefined, term: string): number | null {
  const value = term === 'total' ? row?.losses.total : row?.losses.terms[term]?.raw
  return value !== undefined && Number.isFinite(value) ? value : null
}

/** Four digits are more than a line shows. */
function short<T extends number | null>(value: T): T {
  return (value === null ? null : Number(value.toPrecision(4))) as T
}
