/** `rephoto sweep`: an experiment from its file to its comparison. */

import type { CommandModule } from 'yargs'
import type { SweepOptions } from '../sweep/layout.ts'
import { UsageError } from './failure.ts'
import { type LiveOption, withLive } from './live.ts'
import { shownCommand, shownPath } from './print.ts'

/** Runs at a time: each is a process, or a job of a cluster. */
const MOST_JOBS = 10_000

interface Options extends LiveOption {
  experiment: string
  out?: string | undefined
  jobs?: number | undefined
  threads?: number | undefined
  'dry-run': boolean
  only?: string | undefined
  set?: string[] | undefined
  launcher: string
  wait: boolean
  collect: boolean
  isolate: boolean
  task?: string | undefined
}

/** The command. */
export const sweepCommand: CommandModule<object, Options> = {
  command: 'sweep <experiment>',
  describe: 'Make all runs of an experiment file and compare them; started again, it goes on where it was',
  builder: (yargs) =>
    withLive(yargs)
      .positional('experiment', { type: 'string', demandOption: true, describe: 'An experiment (docs/experiments.md)' })
      .option('out', { type: 'string', describe: 'Folder of the sweep; default: reports/<name of the experiment>' })
      .option('jobs', { type: 'number', describe: 'Runs at a time; default: as many as the cores hold' })
      .option('threads', { type: 'number', describe: 'Threads of each run; default: as the experiment says, else 1' })
      .option('dry-run', { type: 'boolean', default: false, describe: 'List the runs and estimate the time' })
      .option('only', { type: 'string', describe: 'Only runs whose name has this in it, or matches it (no-eye--*)' })
      .option('set', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'Change one key of the base config: --set optimize.steps=[10,20]; repeatable',
      })
      .option('launcher', {
        type: 'string',
        choices: ['local', 'slurm'],
        default: 'local',
        describe: '"slurm" submits the runs as a job array',
      })
      .option('wait', { type: 'boolean', default: true, describe: 'With slurm: stay until the tasks have ended' })
      .option('collect', { type: 'boolean', default: false, describe: 'Make no runs, compare those that are done' })
      .option('isolate', {
        type: 'boolean',
        default: false,
        describe: 'A process for each run, where a driver or library works only once in one; slower',
      })
      .option('task', {
        type: 'string',
        requiresArg: true,
        describe: 'This is task i of n (0/8 … 7/8) on a folder that all of them see: its share, then what is left',
      })
      .example('$0 sweep experiments/films.json5 --dry-run', 'what would be done, and how long it takes'),
  handler: async (options) => {
    const { MOST_THREADS } = await import('../config/schema-numbers.ts')
    for (const [key, most] of [
      ['jobs', MOST_JOBS],
      ['threads', MOST_THREADS],
    ] as const) {
      const value = options[key]
      if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > most))
        throw new UsageError(`--${key}: expected a whole number from 1 to ${most}, found ${value}`)
    }
    const { experiment: file, out, jobs, threads, only, set, isolate } = options
    const sweepOptions = {
      file,
      isolate,
      ...(out === undefined ? {} : { out }),
      ...(jobs === undefined ? {} : { jobs }),
      ...(threads === undefined ? {} : { threads }),
      ...(only === undefined ? {} : { only }),
      ...(set === undefined ? {} : { settings: set }),
    }
    if (options['dry-run']) {
      const { printDryRun } = await import('./sweep-dry-run.ts')
      return printDryRun(sweepOptions)
    }
    if (options.collect) {
      const [{ tellRuns }, { collectSweep }, { sweepFolder }] = await Promise.all([
        import('./carry-out-runs.ts'),
        import('../sweep/collect.ts'),
        import('../sweep/layout.ts'),
      ])
      return tellRuns('sweep', await collectSweep(sweepFolder(sweepOptions)))
    }
    await carryOutSweep(sweepOptions, options)
  },
}

/** `i/n`, counted from 0 as schedulers do. */
export function shareOf(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/u.exec(text) ?? []
  const share = { index: Number(index), count: Number(count) }
  if (index === undefined || share.count < 1 || share.count > MOST_JOBS || share.index >= share.count)
    throw new UsageError(`--task: expected i/n with i from 0 to n − 1, such as 0/8, found ${text}`)
  return share
}

async function carryOutSweep(sweepOptions: SweepOptions, options: Options): Promise<void> {
  const { launcher, jobs, wait, live, task } = options
  const share = task === undefined ? undefined : shareOf(task)
  if (share && launcher === 'slurm')
    throw new UsageError('expected either --task or --launcher slurm, found both; a task is started by the scheduler')
  const [{ carryOutRuns }, { sweep }, { withSlurm }, { sweepShare }] = await Promise.all([
    import('./carry-out-runs.ts'),
    import('../sweep/sweep.ts'),
    import('../sweep/slurm.ts'),
    import('../sweep/shared.ts'),
  ])
  const limit = jobs === undefined ? {} : { jobs }
  const { file } = sweepOptions
  await carryOutRuns(
    { what: 'sweep', name: file, live, again: shownCommand('sweep', shownPath(file)) },
    (observer, stop) => {
      if (share) return sweepShare(sweepOptions, share, observer, stop)
      return sweep(
        sweepOptions,
        observer,
        stop,
        launcher === 'slurm' ? withSlurm({ ...limit, wait }, observer, stop) : undefined,
      )
    },
  )
}
