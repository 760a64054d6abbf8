/** `rephoto animate`: a run as a moving picture. */
import type { CommandModule } from 'yargs'
import { UsageError } from './failure.ts'
import { printPath } from './print.ts'

interface Options {
  run: string
  what: string
  out?: string | undefined
  force: boolean
  size: number
  seconds: number
}

const MOST_SIDE = 4096
const MOST_SECONDS = 60

/** The command. */
export const animateCommand: CommandModule<object, Options> = {
  command: 'animate <run>',
  describe: 'Make a moving picture of a run: the old picture becoming the new one, or the optimization',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'Folder of the run' })
      .option('what', {
        type: 'string',
        choices: ['morph', 'whole', 'steps'],
        default: 'morph',
        describe: '"morph": the crop becomes the result; "whole": so does the photograph; "steps": the optimization',
      })
      .option('out', {
        type: 'string',
        describe: 'File to write (.webp, .gif) or a folder for it; default: <name>-<what>.webp here',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file that is there' })
      .option('size', { type: 'number', default: 768, describe: 'Longer side at most, in pixels' })
      .option('seconds', { type: 'number', default: 2, describe: 'From the first picture to the last' })
      .example('$0 animate reports/grandmother --what whole --out then-and-now.gif', 'to send to the family'),
  handler: async ({ run, what, out, force, size, seconds }) => {
    if (!Number.isInteger(size) || size < 16 || size > MOST_SIDE)
      throw new UsageError(`--size: expected a whole number from 16 to ${MOST_SIDE}, found ${size}`)
    if (!(seconds >= 0.1 && seconds <= MOST_SECONDS))
      throw new UsageError(`--seconds: expected a number from 0.1 to ${MOST_SECONDS}, found ${seconds}`)
    const { animateRun } = await import('../methods/readers.ts')
    const kind = what as 'morph' | 'whole' | 'steps'
    printPath('animation', await animateRun(run, { kind, size, seconds, out, force }))
  },
}
