/** `rephoto compare`: several runs, or a whole sweep, in one page with their statistics. */
import type { CommandModule } from 'yargs'
import { UsageError } from './failure.ts'
import { printPath } from './print.ts'

interface CompareOptions {
  runs: string[]
  base?: string | undefined
  out?: string | undefined
  title?: string | undefined
  gallery?: boolean | undefined
  metrics?: string | undefined
  inputs: boolean
  force: boolean
}

/** Bytes of pictures in a page for the gallery, which is kept in a repository. */
const GALLERY_BYTES = 1_400_000

/** The command. */
export const compareCommand: CommandModule<object, CompareOptions> = {
  command: 'compare <runs..>',
  describe: 'Compare runs, or the runs of a sweep: pictures, paired differences with intervals, curves, configs',
  builder: (yargs) =>
    yargs
      .positional('runs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Folders of runs; or the folder of one sweep',
      })
      .option('base', {
        type: 'string',
        describe: 'Run that the others are compared to (default: the first); of a sweep, a condition',
      })
      .option('out', {
        type: 'string',
        describe: 'Folder for report.html and tables/; default: reports/comparison, or the sweep’s own',
      })
      .option('title', { type: 'string', describe: 'Title of the page' })
      .option('metrics', {
        type: 'string',
        requiresArg: true,
        describe:
          'Columns of the table for papers (tables/paper.tex and .md), with commas between; default: six that say most',
      })
      .option('gallery', {
        type: 'boolean',
        describe: 'A small copy to pass on: pictures scaled down, no links to the runs',
      })
      .option('inputs', {
        type: 'boolean',
        default: true,
        describe: 'Show inputs and targets; --no-inputs where they may not be passed on',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the comparison that is in --out' })
      .example('$0 compare reports/lincoln reports/lincoln-2', 'two runs')
      .example('$0 compare reports/ablate-losses --base all', 'a sweep, against its condition "all"'),
  handler: async ({ runs, base, out, title, gallery, metrics, inputs, force }) => {
    const { compareRuns, inferRequest } = await import('../methods/readers.ts')
    const { readSweep, sweepPath } = await import('../compare/sweep-file.ts')
    const sweeps = runs.filter((path) => sweepPath(path) !== undefined)
    if (sweeps.length > 0 && runs.length > 1) {
      throw new UsageError(
        `${sweeps[0]}: expected one sweep or several runs, found a sweep among ${runs.length} folders`,
      )
    }
    const sweep = sweeps[0] === undefined ? undefined : sweepPath(sweeps[0])
    const small = gallery ? { links: false, pictureBytes: GALLERY_BYTES, sheet: true } : {}
    let request: Omit<Parameters<typeof compareRuns>[0], 'out' | 'title'> & { title?: string }
    let place: string
    if (sweep === undefined) {
      request = inferRequest(runs, base)
      const { createRunFolder } = await import('../run/folder.ts')
      place = out ?? createRunFolder(undefined, 'comparison').folder
    } else {
      const { dirname } = await import('node:path')
      const listed = readSweep(sweep)
      request = { ...listed, base: base ?? listed.base }
      place = out ?? dirname(sweep)
      if (gallery && out === undefined)
        throw new UsageError('--gallery: expected --out with a folder of its own, found none')
    }
    if (out !== undefined) {
      const { claimComparison } = await import('../compare/place.ts')
      claimComparison(out, force)
    }
    const { page, tables } = await compareRuns({
      ...request,
      ...small,
      title: title ?? request.title ?? `${request.runs.length} runs compared`,
      inputs,
      ...(metrics === undefined ? {} : { columns: metrics.split(',').map((key) => key.trim()) }),
      out: place,
    })
    printPath('report', page)
    const { dirname } = await import('node:path')
    if (tables[0] !== undefined) printPath('tables', dirname(tables[0]))
  },
}
