/**
 * `rephoto sweep-run`: runs of a sweep, in the process that this is. With a name it is one run; a task of a Slurm array starts
 * it so. Without, it is those that the sweep which started it tells through the channel between the processes.
 */
import type { CommandModule } from 'yargs'
import type { RunEvent } from '../run/events.ts'
import { Interrupted } from './failure.ts'
import { say } from './print.ts'

interface Options {
  folder: string
  name?: string | undefined
}

/** The command; not shown in the help, for nobody needs to type it. */
export const sweepRunCommand: CommandModule<object, Options> = {
  command: 'sweep-run <folder> [name]',
  describe: false,
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'Folder of the sweep' })
      .positional('name', { type: 'string', describe: 'Name of the run' }),
  handler: async ({ folder, name }) => {
    if (name !== undefined) return makeOne(folder, name)
    const { makeToldRuns } = await import('../sweep/told-runs.ts')
    await makeToldRuns(folder)
  },
}

async function makeOne(folder: string, name: string): Promise<void> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const { makeRun } = await import('../sweep/worker.ts')
  const { status, error } = await makeRun(folder, name, printed, controller.signal)
  say(`${name}: ${status}${error === undefined ? '' : `: ${error}`}`)
  if (status === 'partial') throw new Interrupted('SIGTERM')
  if (status === 'failed') process.exitCode = 1
}

/** What goes into the log of a task that has nobody to tell. */
function printed(event: RunEvent): void {
  if (event.type === 'phase') say(event.name)
  if (event.type === 'warning') say(`warning: ${event.message}`)
  if (event.type === 'step' && event.step % 50 === 0) say(`step ${event.step}/${event.totalSteps}`)
}
