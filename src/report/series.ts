/** The numbers of a run as columns, which is what plots want. */
import type { LossRow } from '../run/losses.ts'

/** Columns over all steps. Values that JSON can't hold (nan, inf) are null: gaps in the curves. */
export interface Series {
  readonly steps: readonly number[]
  readonly total: readonly (number | null)[]
  readonly terms: Readonly<
    Record<string, { readonly raw: readonly (number | null)[]; readonly weighted: readonly (number | null)[] }>
  >
  readonly camera: Readonly<Record<string, readonly (number | null)[]>>
  /** Step after which each stage but the last ends. */
  readonly stageEnds: readonly number[]
}

/** Columns of a run's rows. */
export function seriesOf(rows: readonly LossRow[]): Series {
  const termNames = [...new Set(rows.flatMap(({ losses }) => Object.keys(losses.terms)))]
  const cameraNames = [...new Set(rows.flatMap(({ camera }) => Object.keys(camera)))]
  const column = (read: (row: LossRow) => number | undefined) =>
    rows.map((row) => {
      const value = read(row)
      return value !== undefined && Number.isFinite(value) ? value : null
    })
  return {
    steps: rows.map(({ step }) => step),
    total: column(({ losses }) => losses.total),
    terms: Object.fromEntries(
      termNames.map((name) => [
        name,
        {
          raw: column(({ losses }) => losses.terms[name]?.raw),
          weighted: column(({ losses }) => losses.terms[name]?.weighted),
        },
      ]),
    ),
    camera: Object.fromEntries(cameraNames.map((name) => [name, column(({ camera }) => camera[name])])),
    stageEnds: rows.flatMap(({ stage, step }, index) =>
      rows[index + 1] && rows[index + 1]!.stage !== stage ? [step] : [],
    ),
  }
}
