/** `rephoto tensorboard`: writes runs as event files that TensorBoard opens. */
import type { CommandModule } from 'yargs'
import { shellWord } from '../text/shell.ts'
import { UsageError } from './failure.ts'
import { print, say, shownPath } from './print.ts'

interface TensorboardOptions {
  folders: string[]
  out: string
  where: string[]
}

/** The command. */
export const tensorboardCommand: CommandModule<object, TensorboardOptions> = {
  command: 'tensorboard [folders..]',
  describe: 'Write runs as event files for TensorBoard: losses, pictures, metrics, and configs as hyperparameters',
  builder: (yargs) =>
    yargs
      .positional('folders', {
        type: 'string',
        array: true,
        default: ['reports'],
        describe: 'Folders of runs, or with runs somewhere below',
      })
      .option('out', {
        type: 'string',
        default: 'tensorboard',
        describe: 'Folder of the logs; what it has of these runs is made anew',
      })
      .option('where', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'Only runs of which this holds, as for rephoto runs',
      })
      .example('$0 tensorboard reports/films --out logs', 'then: tensorboard --logdir logs'),
  handler: async ({ folders, out, where }) => {
    const { dirname, join, resolve } = await import('node:path')
    const { filterRuns } = await import('../runs/filter.ts')
    const { findRuns } = await import('../runs/find.ts')
    const { eventFile, eventFileName, logFolder } = await import('../runs/tensorboard/write.ts')
    const { makeFolders } = await import('../checkpoint/folders.ts')
    const { writeAtomically } = await import('../checkpoint/atomic.ts')
    const { atPath } = await import('../run/errors.ts')
    const { runs, problems } = findRuns(folders)
    for (const problem of problems) say(`left out: ${problem}`)
    const chosen = filterRuns(runs, where)
    if (chosen.length === 0) throw new UsageError('expected runs, found none; name the folder they are in')
    const names = new Map<string, string>()
    for (const run of chosen) {
      const place = logFolder(resolve(out), run)
      const other = names.get(place)
      if (other !== undefined)
        throw new UsageError(
          `expected runs of different names, found ${other} and ${run.folder}; name one folder at a time`,
        )
      names.set(place, run.folder)
      const path = join(place, eventFileName(run))
      const bytes = eventFile(run)
      atPath(path, () => {
        makeFolders(dirname(path))
        writeAtomically(path, (write) => write(bytes))
      })
    }
    print(`${chosen.length} run${chosen.length === 1 ? '' : 's'} in ${shownPath(resolve(out))}`)
    say(`look at them with: tensorboard --logdir ${shellWord(shownPath(resolve(out)))}`)
  },
}
