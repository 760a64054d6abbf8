/** `rephoto sweep`: an experiment from its file to its comparison. */
import type { CommandModule } from 'yargs'
import { duration } from '../report/duration.ts'
import { Interrupted, UsageError } from './failure.ts'
import { printPath, shownPath } from './print.ts'
import { createSweepProgress } from './sweep-progress.ts'

interface Options {
  experiment: string
  out?: string | undefined
  jobs?: number | undefined
  threads?: number | undefined
  'dry-run': boolean
  only?: string | undefined
  set?: string[] | undefined
}

/** The command. */
export const sweepCommand: CommandModule<object, Options> = {
  command: 'sweep <experiment>',
  describe: 'Make all runs of an experiment file and compare them; started again, it goes on where it was',
  builder: (yargs) =>
    yargs
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
      .example('$0 sweep experiments/films.json5 --dry-run', 'what would be done, and how long it takes'),
  handler: async (options) => {
    for (const key of ['jobs', 'threads'] as const) {
      const value = options[key]
      if (value !== undefined && (!Number.isInteger(value) || value < 1))
        throw new UsageError(`--${key}: expected a whole number of at least 1`)
    }
    const { experiment: file, out, jobs, threads, only, set } = options
    const sweepOptions = {
      file,
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
    const { sweep } = await import('../sweep/sweep.ts')
    const progress = createSweepProgress(process.stderr)
    const controller = new AbortController()
    let received: 'SIGINT' | 'SIGTERM' | undefined
    const stop = (signal: 'SIGINT' | 'SIGTERM') => {
      received = signal
      controller.abort()
      progress.say('stopping after the steps that are being taken; once more to stop at once')
      process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM')
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
    const began = performance.now()
    try {
      const result = await sweep(sweepOptions, progress.observer, controller.signal)
      progress.end()
      for (const { name, error } of result.failed) process.stderr.write(`FAILED  ${name}: ${error}\n`)
      const counts = `${result.complete} complete, ${result.failed.length} failed, ${result.waiting} left to do`
      process.stderr.write(`${counts} after ${duration((performance.now() - began) / 1000)}\n`)
      printPath('sweep', result.folder)
      if (result.report !== undefined) printPath('report', result.report)
      if (received) {
        process.stderr.write(`stopped; go on with the same command: rephoto sweep ${shownPath(file)} …\n`)
        throw new Interrupted(received)
      }
      if (result.failed.length > 0) process.exitCode = 1
    } finally {
      progress.end()
      process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop)
    }
  },
}
