/** Predicted ages of input, sibling and result: users of the reference find their sitters rejuvenated, so it is shown. */
import { bootstrapInterval, type Interval } from './bootstrap.ts'
import type { Grid } from './grid.ts'
import { unitsOf } from './summary.ts'

/** Ages under a condition, years: means over inputs. */
export interface Ages {
  readonly condition: string
  readonly inputs: number
  readonly input: number
  readonly sibling: number
  readonly result: number
  /** Sibling minus input, and result minus input, with their intervals. */
  readonly siblingShift: Interval
  readonly resultShift: Interval
}

/** Ages of the conditions that have all three. */
export function agesOf(grid: Grid): Ages[] {
  return grid.conditions.flatMap(({ name }): Ages[] => {
    const over = (read: (ages: readonly [number, number, number]) => number) => {
      const { units, inputs } = unitsOf(grid, (input, seed) => {
        const metrics = grid.at(name, input, seed)?.metrics
        const [a, b, c] = ['age.input', 'age.sibling', 'age.result'].map((key) => metrics?.[key] ?? undefined)
        return a === undefined || b === undefined || c === undefined ? undefined : read([a, b, c])
      })
      return { inputs, interval: units.length > 0 ? bootstrapInterval(units.map(({ value }) => value)) : undefined }
    }
    const [input, sibling, result] = [over(([a]) => a), over(([, b]) => b), over(([, , c]) => c)]
    const siblingShift = over(([a, b]) => b - a)
    const resultShift = over(([a, , c]) => c - a)
    if (!input.interval || !sibling.interval || !result.interval) return []
    if (!siblingShift.interval || !resultShift.interval) return []
    return [
      {
        condition: name,
        inputs: input.inputs,
        input: input.interval.mean,
        sibling: sibling.interval.mean,
        result: result.interval.mean,
        siblingShift: siblingShift.interval,
        resultShift: resultShift.interval,
      },
    ]
  })
}
