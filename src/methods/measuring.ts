/** The metrics of a run as they are taken, the same for every method: nothing of it may fail a run. */
import { runFile, runName } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import { lastLosses } from '../run/losses.ts'
import { type Metrics, writeMetrics } from '../run/metrics.ts'
import type { RunRecord } from '../run/record.ts'
import { reasonOf } from '../text/visible.ts'

/** Takes metrics. */
export interface Measuring {
  readonly values: Record<string, number | null>
  /** Takes one; it is null where it can't be had, and a warning says why. Undefined: it does not apply, and is left out. */
  take(key: string, value: () => number | undefined | Promise<number | undefined>): Promise<void>
  /** Writes metrics.json. */
  write(): Metrics
}

/** Begins with the raw losses of the last step, before it was taken, where the method has losses. */
export function measuring(record: Pick<RunRecord, 'folder' | 'warn'>): Measuring {
  const values: Record<string, number | null> = {}
  const { folder } = record
  const last = isInside(folder, runName.losses) ? lastLosses(runFile.losses(folder)) : undefined
  if (last) {
    values['loss.total'] = last.losses.total
    for (const [name, { raw }] of Object.entries(last.losses.terms)) values[`loss.${name}`] = raw
  }
  return {
    values,
    async take(key, value) {
      try {
        const number = await value()
        if (number !== undefined) values[key] = Number.isFinite(number) ? number : null
      } catch (error) {
        values[key] = null
        record.warn(`${key} was not measured: ${reasonOf(error)}`)
      }
    },
    write() {
      writeMetrics(record.folder, values)
      return values
    },
  }
}
