/** `rephoto report`: writes the report of a run anew, whatever state the run is in. */
import type { CommandModule } from 'yargs'
import { printPath } from './print.ts'

/** The command. */
export const reportCommand: CommandModule<object, { run: string }> = {
  command: 'report <run>',
  describe: 'Write the report of a run anew (also of one that is not finished)',
  builder: (yargs) => yargs.positional('run', { type: 'string', demandOption: true, describe: 'Folder of the run' }),
  handler: async ({ run }) => {
    const { writeReport } = await import('../methods/readers.ts')
    printPath('report', await writeReport(run))
  },
}
