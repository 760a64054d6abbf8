/** Time and memory of each condition, as the manifests have it. */
import type { GatheredRun } from './gather.ts'
import type { Grid } from './grid.ts'

/** What the complete runs of a condition cost. */
export interface Cost {
  readonly condition: string
  readonly runs: number
  /** Mean seconds of a whole run, and the shortest and longest. */
  readonly seconds: number
  readonly shortest: number
  readonly longest: number
  /** Mean milliseconds of a step of the optimization. */
  readonly stepMs: number
  /** Largest peak; undefined where no manifest has one. */
  readonly peakMiB: number | undefined
}

/** Seconds that a run took, all its parts. */
export function secondsOf({ manifest }: GatheredRun): number {
  return Object.values(manifest?.timings ?? {}).reduce((sum, value) => sum + value, 0)
}

/** Costs of all conditions with a complete run. */
export function costs({ conditions, runs }: Grid): Cost[] {
  return conditions.flatMap(({ name }) => {
    const own = runs.filter(({ condition, complete, manifest }) => condition === name && complete && manifest)
    if (own.length === 0) return []
    const seconds = own.map(secondsOf)
    const steps = own.reduce((sum, { manifest }) => sum + manifest!.stepsDone, 0)
    const optimizing = own.reduce((sum, { manifest }) => sum + (manifest!.timings.optimize ?? 0), 0)
    const peaks = own.flatMap(({ manifest }) => manifest!.peakMemoryMiB ?? [])
    return [
      {
        condition: name,
        runs: own.length,
        seconds: seconds.reduce((sum, value) => sum + value, 0) / own.length,
        shortest: Math.min(...seconds),
        longest: Math.max(...seconds),
        stepMs: (1000 * optimizing) / Math.max(steps, 1),
        peakMiB: peaks.length > 0 ? Math.max(...peaks) : undefined,
      },
    ]
  })
}

/** Whether the runs were made on the same kind of machine, with as many threads: else their times don't compare. */
export function sameMachine({ runs }: Grid): boolean {
  const machines = runs.flatMap(({ complete, manifest }) =>
    complete && manifest
      ? [`${manifest.machine.cpu}/${manifest.machine.cores}/${manifest.device}/${manifest.threads}`]
      : [],
  )
  return new Set(machines).size <= 1
}
