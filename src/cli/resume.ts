/** `rephoto resume`: goes on with a run that was stopped, killed or failed. */
import type { CommandModule } from 'yargs'
import { type LiveOption, withLive } from './live.ts'

/** The command. */
export const resumeCommand: CommandModule<object, { run: string } & LiveOption> = {
  command: 'resume <run>',
  describe: 'Continue an interrupted run or chain; it ends as if it had not been interrupted',
  builder: (yargs) =>
    withLive(yargs).positional('run', { type: 'string', demandOption: true, describe: 'Folder of the run or chain' }),
  handler: async ({ run, live }) => {
    const { carryOut } = await import('./carry-out.ts')
    await carryOut({ kind: 'resume', folder: run }, live)
  },
}
