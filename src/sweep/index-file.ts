/** sweep.json, kept up to date while a sweep goes on. */
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath } from '../run/errors.ts'
import type { Experiment } from './experiment.ts'
import {
  type Outcome,
  readIndex,
  readOutcome,
  type SweepIndex,
  type SweepPlan,
  sweepFile,
  writeJson,
} from './folder.ts'
import type { SweepInput } from './inputs.ts'
import type { Search } from './search-space.ts'
import type { StandingRun } from './standing.ts'
import { shareFailure } from './twins.ts'
import { manifestAt } from './worker.ts'

/** Keeps sweep.json. */
export interface IndexFile {
  readonly index: SweepIndex
  running(name: string): void
  ended(name: string, outcome: Outcome): void
}

/** Writes sweep.json and plan.json of a sweep that begins or goes on. */
export function openIndex(
  folder: string,
  { name, description, baseCondition, conditions, seeds, batch, search }: Experiment,
  inputs: readonly SweepInput[],
  runs: readonly StandingRun[],
  code: string,
): IndexFile {
  atPath(folder, () => makeFolders(folder))
  const index: SweepIndex = {
    format: 'rephoto-sweep',
    formatVersion: 1,
    name,
    description,
    created: readIndex(folder)?.created ?? new Date().toISOString(),
    base: baseCondition,
    conditions: conditions.map((c) => ({
      name: c.name,
      ...(c.label === undefined ? {} : { label: c.label }),
      set: c.set,
    })),
    inputs: inputs.map((input) => ({ name: input.name, truth: input.truth !== undefined })),
    seeds,
    ...(search && { search: searchFactsOf(search) }),
    runs: runs.map((run) => ({
      name: run.name,
      folder: `runs/${run.name}`,
      condition: run.condition,
      input: run.input,
      seed: run.seed,
      hash: run.hash,
      status: run.standing === 'complete' ? 'complete' : 'waiting',
      ...secondsOf(folder, run.name, run.standing === 'complete'),
    })),
  }
  const plan: SweepPlan = {
    format: 'rephoto-sweep-plan',
    name,
    code,
    ...(batch && { batch }),
    runs: runs.map(({ name: run, condition, input, hash, config }) => ({ name: run, condition, input, hash, config })),
  }
  const entry = (run: string) => index.runs.find((candidate) => candidate.name === run)!
  const save = () => writeJson(folder, sweepFile.sweep(folder), index)
  // A run that failed before and is not tried again in this start stays failed.
  for (const run of index.runs) {
    const before = run.status === 'waiting' ? readOutcome(folder, run.name, run.hash) : undefined
    if (before?.status !== 'failed') continue
    run.status = 'failed'
    run.error = before.error ?? 'failed'
  }
  const twins = runs.filter(({ standing }) => standing === 'twin')
  for (const { name: twin, twinOf } of twins)
    if (entry(twinOf!).status === 'failed') shareFailure(entry(twinOf!), entry(twin))
  writeJson(folder, sweepFile.plan(folder), plan)
  save()
  return {
    index,
    running(name) {
      const run = entry(name)
      run.status = 'running'
      delete run.error
      for (const { name: twin } of twins.filter(({ twinOf }) => twinOf === name)) {
        entry(twin).status = 'waiting'
        delete entry(twin).error
      }
      save()
    },
    ended(name, outcome) {
      const run = entry(name)
      run.status = outcome.status === 'partial' ? 'waiting' : outcome.status
      if (outcome.error === undefined) delete run.error
      else run.error = outcome.error
      Object.assign(run, secondsOf(folder, name, outcome.status === 'complete'))
      save()
    },
  }
}

function searchFactsOf({ method, budget, metric, direction, keys }: Search): NonNullable<SweepIndex['search']> {
  return { method, budget, metric, direction, keys }
}

function secondsOf(folder: string, name: string, complete: boolean): { seconds?: number } {
  const timings = complete ? manifestAt(sweepFile.run(folder, name))?.timings : undefined
  if (!timings) return {}
  return { seconds: Math.round(Object.values(timings).reduce((sum, seconds) => sum + seconds, 0) * 1000) / 1000 }
}
