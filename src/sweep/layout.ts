/** A sweep laid out: its experiment, its runs and where they stand. */
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import picomatch from 'picomatch'
import { readJson5 } from '../config/load.ts'
import type { Batch } from './batch.ts'
import { codeVersion } from './code-version.ts'
import type { SweepObserver } from './events.ts'
import { expand } from './expand.ts'
import { type Experiment, loadExperiment } from './experiment.ts'
import { checkSweepFolder } from './folder.ts'
import { forgetHashes } from './hash.ts'
import { findInputs, type SweepInput } from './inputs.ts'
import { slug } from './names.ts'
import { isTrial } from './search-space.ts'
import { type StandingRun, standingOf } from './standing.ts'
import { conditionsOfTrials, knownTrials, type Trials } from './trials.ts'

/** What to sweep and how. */
export interface SweepOptions {
  /** The experiment file; of a batch whatever it is called by. */
  readonly file: string
  /** Runs that no file describes. */
  readonly batch?: Batch
  /** Folder of the sweep; default: reports/<name of the experiment>. */
  readonly out?: string
  /** Runs at a time; default: as many as the cores hold. */
  readonly jobs?: number
  /** Threads of each run; default: as the experiment says. */
  readonly threads?: number
  /** `key=value` on top of the experiment's base. */
  readonly settings?: readonly string[]
  /** Only runs whose name has this in it, or matches it as a pattern. */
  readonly only?: string
  /** A process for each run; a launcher of one's own decides that itself. */
  readonly isolate?: boolean
}

/** A sweep, laid out; nothing written yet. */
export interface Layout {
  readonly experiment: Experiment
  readonly folder: string
  readonly inputs: readonly SweepInput[]
  readonly runs: readonly StandingRun[]
  /** Of a search: its trials so far; their conditions are among the experiment's. */
  readonly trials?: Trials
  readonly code: string
  readonly jobs: number
  /** Of `runs`, those that were asked for. */
  readonly wanted: (run: StandingRun) => boolean
}

/** Lays out a sweep: reads the experiment, finds its inputs, expands its runs, sees where they stand. Writes nothing. */
export function layOut(options: SweepOptions, observer: SweepObserver = () => {}): Layout {
  forgetHashes()
  const { experiment, inputs } = options.batch ?? fromFile(options, observer)
  const code = codeVersion()
  const folder = folderOf(experiment, options.out)
  checkSweepFolder(folder)
  const jobs = options.jobs ?? Math.max(1, Math.floor(availableParallelism() / experiment.threads))
  const fixed = expand(experiment, inputs, code)
  const layout = { experiment, folder, inputs, code, jobs, wanted: wantedBy(options.only) }
  if (!experiment.search) return { ...layout, runs: standingOf(folder, fixed) }
  return withTrials({ ...layout, runs: standingOf(folder, fixed) }, knownTrials(folder, experiment.search, fixed))
}

/** The layout with the runs of these trials beside those that it has. */
export function withTrials(layout: Layout, trials: Trials): Layout {
  const { experiment, folder, inputs, code } = layout
  const fixed = experiment.conditions.filter(({ name }) => !isTrial(name))
  const all = { ...experiment, conditions: [...fixed, ...conditionsOfTrials(trials)] }
  const known = new Map(layout.runs.map((run) => [run.name, run]))
  return { ...layout, experiment: all, trials, runs: standingOf(folder, expand(all, inputs, code, known)) }
}

function fromFile({ file, settings, threads }: SweepOptions, observer: SweepObserver) {
  const experiment = loadExperiment(file, settings, threads)
  const { source } = readJson5(file)
  const note = (message: string) => observer({ type: 'note', message })
  return { experiment, inputs: findInputs(experiment.inputs, experiment.base, experiment.folder, source, note) }
}

/** The folder of a sweep. */
export function sweepFolder({ file, out, settings, threads }: SweepOptions): string {
  return folderOf(loadExperiment(file, settings, threads), out)
}

function folderOf({ name }: Experiment, out: string | undefined): string {
  return resolve(out ?? join('reports', slug(name)))
}

function wantedBy(only: string | undefined): (run: StandingRun) => boolean {
  if (only === undefined) return () => true
  if (!/[*?[{!]/u.test(only)) return ({ name }) => name.includes(only)
  const matches = picomatch(only)
  return ({ name }) => matches(name)
}
