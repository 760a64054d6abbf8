/**
 * The trials of a search: which points were decided on, what came of them, and which are next.
 *
 * Decisions are kept in search.json, beside the runs: a sweep that is started again goes on with the same points, also where a run
 * that failed before succeeds now. They are kept for what they were decided for; with another base, other inputs, weights or another
 * program the search begins anew, as its runs do.
 */
import { randomStream } from '../numbers/random.ts'
import { readMetrics } from '../run/metrics.ts'
import { drawPoint, type Point } from '../search/space.ts'
import { nextPoint } from '../search/tpe.ts'
import type { Condition } from './condition.ts'
import { SweepError } from './error.ts'
import type { PlannedRun } from './expand.ts'
import { readOutcome, readSearch, type SearchFile, sweepFile, writeJson } from './folder.ts'
import { sha256Text } from './hash.ts'
import { type Search, trialName } from './search-space.ts'
import { manifestAt } from './worker.ts'

/** A search and how far it is. */
export interface Trials {
  readonly search: Search
  readonly identity: string
  readonly points: readonly Point[]
}

/** What came of a trial. */
export interface TrialResult {
  readonly name: string
  /** False while runs of it are left to do. */
  readonly settled: boolean
  /** Mean over inputs of the mean over seeds; undefined where a run failed, or none has the metric. */
  readonly value?: number
}

/**
 * The trials of a folder, or the first ones; writes nothing.
 *
 * @param fixed runs of the conditions that are no trials: their hashes know the base, the inputs, the weights and the program
 */
export function knownTrials(folder: string, search: Search, fixed: readonly PlannedRun[]): Trials {
  const identity = sha256Text([JSON.stringify(search.written), ...fixed.map(({ hash }) => hash)])
  const file = readSearch(folder)
  const points = file?.identity === identity ? file.points.slice(0, search.budget) : []
  const known: Trials = { search, identity, points }
  if (points.length > 0 && search.method === 'tpe') return known
  return more(known, [], search.method === 'tpe' ? Math.min(search.startup, search.budget) : search.budget)
}

/** Keeps them. */
export function writeTrials(folder: string, { identity, points }: Trials): void {
  const file: SearchFile = { format: 'rephoto-sweep-search', formatVersion: 1, identity, points }
  writeJson(folder, sweepFile.search(folder), file)
}

/** The conditions of all trials. */
export function conditionsOfTrials({ search, points }: Trials): Condition[] {
  return points.map((point, index) => search.condition(index, point))
}

/** What came of every trial, read from the runs. */
export function resultsOf(folder: string, { search, points }: Trials, runs: readonly PlannedRun[]): TrialResult[] {
  return points.map((_, index) => {
    const name = trialName(index)
    const own = runs.filter(({ condition }) => condition === name)
    // A trial may equal another condition, whose run is then made once: its result counts for both.
    const ended = own.map(({ hash }) =>
      endOf(
        folder,
        runs.filter((run) => run.hash === hash),
        search.metric,
      ),
    )
    const settled = ended.every((one) => one !== 'waiting')
    if (!settled || ended.includes('failed')) return { name, settled }
    const inputs = [...new Set(own.map(({ input }) => input))]
    const means = inputs.flatMap((input) => {
      const values = ended.filter((one, i) => typeof one === 'number' && own[i]!.input === input) as number[]
      return values.length > 0 ? [mean(values)] : []
    })
    return means.length > 0 ? { name, settled, value: mean(means) } : { name, settled }
  })
}

/** The best of them; undefined where none has a value. */
export function bestOf(search: Search, results: readonly TrialResult[]): Required<TrialResult> | undefined {
  return results
    .filter((one): one is Required<TrialResult> => one.value !== undefined)
    .sort((a, b) => (search.direction === 'minimize' ? a.value - b.value : b.value - a.value))[0]
}

/**
 * The trials with the next ones; undefined when the budget is spent, or runs of earlier ones are left to do.
 *
 * @throws SweepError when no run has the metric, or all trials fail
 */
export function nextTrials(folder: string, trials: Trials, runs: readonly PlannedRun[]): Trials | undefined {
  const { search, points } = trials
  const results = resultsOf(folder, trials, runs)
  if (results.some(({ settled }) => !settled)) return undefined
  if (bestOf(search, results) === undefined)
    throw new SweepError(
      `search: expected the metric ${search.metric} in the runs of ${points.length} trials, found it in none; choose another metric, or look at why they failed`,
    )
  const count = Math.min(search.together, search.budget - points.length)
  return count > 0 ? more(trials, results, count) : undefined
}

/** With so many more, all of them from the same results: those that are chosen together count as failed for one another. */
function more(trials: Trials, results: readonly TrialResult[], count: number): Trials {
  const { search } = trials
  const points = [...trials.points]
  const { length } = points
  const sign = search.direction === 'minimize' ? 1 : -1
  while (points.length < Math.min(search.budget, length + count)) {
    const index = points.length
    const { seed, startup, space } = search
    const random = search.method === 'random' || index < startup
    const tried = points.map((point, i) => {
      const value = results[i]?.value
      return { point, loss: value === undefined ? Number.POSITIVE_INFINITY : sign * value }
    })
    points.push(random ? drawNew(search, points, index) : nextPoint(space, tried, { seed, index, startup }))
  }
  return { ...trials, points }
}

/** Draws until a point is new; a space of few points has them all in the end. */
const MOST_DRAWS = 10_000

function drawNew({ space, seed }: Search, points: readonly Point[], index: number): Point {
  const random = randomStream(seed, 'search', index)
  let point = drawPoint(space, random)
  for (let i = 0; i < MOST_DRAWS && points.some((other) => other.every((value, d) => value === point[d])); i++)
    point = drawPoint(space, random)
  return point
}

/** @param same runs of one hash */
function endOf(
  folder: string,
  same: readonly PlannedRun[],
  metric: string,
): number | 'failed' | 'waiting' | 'unmeasured' {
  for (const { name, hash } of same) {
    const place = sweepFile.run(folder, name)
    const manifest = manifestAt(place)
    if (manifest?.sweep?.hash === hash && manifest.status === 'complete')
      return readMetrics(place)?.[metric] ?? 'unmeasured'
  }
  const failed = same.some(({ name, hash }) => readOutcome(folder, name, hash)?.status === 'failed')
  return failed ? 'failed' : 'waiting'
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
