/**
 * `rephoto sweep-run`: one run of a sweep, in the process that this is. Started by the sweep, which hears of it through
 * the channel between the processes, or by a task of a Slurm array, which has none.
 */
import type { CommandModule } from 'yargs'
import type { RunEvent } from '../run/events.ts'
import type { WorkerMessage } from '../sweep/local.ts'
import { Interrupted } from './failure.ts'

interface Options {
  folder: string
  name: string
}

/** The command; not shown in the help, for nobody needs to type it. */
export const sweepRunCommand: CommandModule<object, Options> = {
  command: 'sweep-run <folder> <name>',
  describe: false,
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'Folder of the sweep' })
      .positional('name', { type: 'string', demandOption: true, describe: 'Name of the run' }),
  handler: async ({ folder, name }) => {
    const controller = new AbortController()
    const channel = openChannel(() => controller.abort())
    const stop = () => controller.abort()
    // Ctrl-C goes to all processes of a terminal; the sweep decides what is to be done about it.
    process.on('SIGINT', channel.isOpen ? () => {} : stop).on('SIGTERM', stop)
    const { makeRun } = await import('../sweep/worker.ts')
    const outcome = await makeRun(folder, name, channel.tell, controller.signal)
    channel.close()
    process.stderr.write(`${name}: ${outcome.status}${outcome.error === undefined ? '' : `: ${outcome.error}`}\n`)
    if (outcome.status === 'partial') throw new Interrupted('SIGTERM')
    if (outcome.status === 'failed') process.exitCode = 1
  },
}

function openChannel(stop: () => void) {
  if (!process.send) return { isOpen: false, tell: printed, close() {} }
  // The sweep was killed: whoever starts it again must find nobody at work. The last saved state is kept.
  const orphaned = () => process.exit(1)
  if (!process.connected) orphaned()
  process.on('disconnect', orphaned)
  process.on('message', (message: WorkerMessage) => {
    if (message.type === 'stop') stop()
  })
  return {
    isOpen: true,
    tell(event: RunEvent) {
      // Pictures stay here: the sweep shows numbers.
      if (event.type !== 'frame' && process.connected) process.send!(event)
    },
    close() {
      process.off('disconnect', orphaned)
      if (process.connected) process.disconnect()
    },
  }
}

/** What goes into the log of a task that has nobody to tell. */
function printed(event: RunEvent): void {
  if (event.type === 'phase') process.stderr.write(`${event.name}\n`)
  if (event.type === 'warning') process.stderr.write(`warning: ${event.message}\n`)
  if (event.type === 'step' && event.step % 50 === 0) process.stderr.write(`step ${event.step}/${event.totalSteps}\n`)
}
