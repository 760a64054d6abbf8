/** `rephoto resume`: goes on with a run that was stopped, killed or failed. */
import type { CommandModule } from 'yargs'
import { carryOut } from './carry-out.ts'

/** The command. */
export const resumeCommand: CommandModule<object, { run: string }> = {
  command: 'resume <run>',
  describe: 'Continue an interrupted run; it ends as if it had not been interrupted',
  builder: (yargs) => yargs.positional('run', { type: 'string', demandOption: true, describe: 'Folder of the run' }),
  handler: async ({ run }) => {
    await carryOut({ kind: 'resume', folder: run })
  },
}
