/**
 * Intervals that cover: split conformal prediction (Vovk, Gammerman, Shafer 2005; Lei et al. 2018). The residuals of an
 * estimator on pictures that it was not fitted on say how far off it is, whatever it is made of: the interval that holds a share
 * of them holds, in the mean, that share of the next picture's truth too, as long as that picture comes from where they came
 * from. Residuals are kept by ranges of the estimate ("Mondrian" categories), because a strong blur is harder to tell than a
 * weak one.
 */

export interface ConformalTable {
  /** Nominal coverage, e.g. 0.9. */
  readonly coverage: number
  /** Estimates at which one range ends and the next begins, ascending. */
  readonly edges: readonly number[]
  /** Half-width of the interval in each range: one more than edges. null: no width is enough (JSON has no infinity). */
  readonly widths: readonly (number | null)[]
}

/**
 * The half-width that covers a new residual with at least the wanted probability: the ⌈(n + 1)·coverage⌉-th smallest
 * of n absolute residuals; infinite when there are too few.
 */
export function conformalWidth(residuals: readonly number[], coverage: number): number {
  const rank = Math.ceil((residuals.length + 1) * coverage)
  if (rank > residuals.length) return Number.POSITIVE_INFINITY
  return residuals.map(Math.abs).sort((a, b) => a - b)[rank - 1]!
}

/** @param ranges number of ranges of the estimate, each with as many of the pairs */
export function conformalTable(
  estimates: readonly number[],
  truths: readonly number[],
  coverage: number,
  ranges: number,
): ConformalTable {
  const sorted = estimates.toSorted((a, b) => a - b)
  const edges = Array.from({ length: ranges - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / ranges)]!)
  const groups: number[][] = Array.from({ length: ranges }, () => [])
  estimates.forEach((estimate, i) => {
    groups[rangeOf(edges, estimate)]!.push(truths[i]! - estimate)
  })
  const widths = groups.map((residuals) => conformalWidth(residuals, coverage))
  return { coverage, edges, widths: widths.map((width) => (width === Number.POSITIVE_INFINITY ? null : width)) }
}

/** Lower and upper end for an estimate; infinite where the residuals were too few to promise anything. */
export function conformalInterval(table: ConformalTable, estimate: number): [number, number] {
  const width = table.widths[rangeOf(table.edges, estimate)] ?? Number.POSITIVE_INFINITY
  return [estimate - width, estimate + width]
}

function rangeOf(edges: readonly number[], estimate: number): number {
  const range = edges.findIndex((edge) => estimate < edge)
  return range < 0 ? edges.length : range
}
