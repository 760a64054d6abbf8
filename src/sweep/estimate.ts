/**
 * How long a sweep will take, before it starts: from runs of the same folder that are done where there are any, else
 * from the arithmetic of a step and what this machine reaches on a convolution, measured for a fraction of a second.
 */
import { measureSpeed } from '../engine/speed.ts'
import { AROUND_SECONDS, computingSeconds } from '../methods/estimate.ts'
import { loadPack } from '../models/load.ts'
import { packNameOf } from './expand.ts'
import { sweepFile } from './folder.ts'
import { loadedMethodOf } from './methods.ts'
import type { StandingRun } from './standing.ts'
import { manifestAt } from './worker.ts'

/** An estimate and what it rests on. */
export interface Estimate {
  readonly seconds: number
  readonly basis: string
}

/** Estimates the runs that are to be made, `jobs` at a time. */
export async function estimate(
  folder: string,
  runs: readonly StandingRun[],
  { jobs, threads }: { jobs: number; threads: number },
): Promise<Estimate> {
  const toDo = runs.filter(({ standing }) => standing !== 'complete' && standing !== 'twin')
  if (toDo.length === 0) return { seconds: 0, basis: 'nothing is left to do' }
  const steps = toDo.reduce((sum, run) => sum + run.steps, 0)
  const measured = measuredPace(folder, runs)
  const { perStep, around, basis } = measured ?? (await calibratedPace(oneOfEachCondition(toDo), threads))
  return { seconds: (steps * perStep + toDo.length * around) / Math.max(1, Math.min(jobs, toDo.length)), basis }
}

interface Pace {
  /** Seconds. */
  readonly perStep: number
  readonly around: number
  readonly basis: string
}

/** The pace of the runs in the folder, also of ones made with an earlier version of the program. */
function measuredPace(folder: string, runs: readonly StandingRun[]): Pace | undefined {
  const done = runs.flatMap(({ name }) => {
    const manifest = manifestAt(sweepFile.run(folder, name))
    if (manifest?.status !== 'complete' || manifest.resumed > 0 || manifest.stepsDone === 0) return []
    const { optimize = 0, ...others } = manifest.timings
    const around = Object.values(others).reduce((sum, seconds) => sum + seconds, 0)
    return [{ perStep: optimize / manifest.stepsDone, around }]
  })
  if (done.length === 0) return undefined
  const perStep = median(done.map((run) => run.perStep))
  // Between two runs of a process lies about half a second, which no manifest sees.
  const around = median(done.map((run) => run.around)) + 0.5
  const basis = `${done.length} finished runs in the folder: ${(1000 * perStep).toFixed(0)} ms a step, ${around.toFixed(1)} s around the steps`
  return { perStep, around, basis }
}

/** Conditions whose steps are counted, each in a fraction of a second; beyond them the mean is not much better. */
const MOST_COUNTED = 12

/** Conditions may differ in what a step computes, as inputs and seeds do not. */
function oneOfEachCondition(runs: readonly StandingRun[]): StandingRun[] {
  return [...new Map(runs.map((run) => [run.condition, run])).values()].slice(0, MOST_COUNTED)
}

async function calibratedPace(runs: readonly StandingRun[], threads: number): Promise<Pace> {
  const packs = new Map(runs.map(({ config }) => [packNameOf(config), loadPack(packNameOf(config))]))
  try {
    const speed = await measureSpeed({ threads })
    const each = runs.map(({ config, steps }) => {
      const cost = loadedMethodOf(config)
        .plan(config, packs.get(packNameOf(config))!)
        .cost()
      const flops = cost.reduce((sum, phase) => sum + phase.runs * phase.flops, 0)
      return { seconds: computingSeconds(cost, speed) / Math.max(1, steps), flops: flops / Math.max(1, steps) }
    })
    const mean = (key: 'seconds' | 'flops'): number => each.reduce((sum, one) => sum + one[key], 0) / each.length
    const perStep = mean('seconds')
    const basis = `${(mean('flops') / 1e9).toFixed(1)} GFLOP a step at the ${(speed.flops / 1e9).toFixed(0)} GFLOP/s that a convolution reaches here now with ${threads} thread${threads === 1 ? '' : 's'}, and ${AROUND_SECONDS} s around the steps of each run; no run has finished yet`
    return { perStep, around: AROUND_SECONDS, basis }
  } finally {
    for (const pack of packs.values()) pack.close()
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
