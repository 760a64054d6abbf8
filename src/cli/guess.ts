/** `rephoto guess`: what film and what blur a picture suggests, and how surely. */
import type { CommandModule } from 'yargs'
import { ableTo } from './able.ts'
import { type AlignModeOptions, type AlignOptions, withAlignMode, withAlignment } from './alignment.ts'
import { UsageError } from './failure.ts'
import { print, printJson, printRemark, say } from './print.ts'
import { configOf } from './settings.ts'

interface Options extends AlignOptions, AlignModeOptions {
  picture: string
  pack?: string | undefined
  json: boolean
}

/** The command. */
export const guessCommand: CommandModule<object, Options> = {
  command: 'guess <picture>',
  describe: 'Guess from a portrait what its emulsion saw and how blurred it is, with how sure that is',
  builder: (yargs) =>
    withAlignMode(withAlignment(yargs))
      .positional('picture', { type: 'string', demandOption: true, describe: 'A picture' })
      .option('pack', { type: 'string', describe: 'Model pack whose generator the blur is measured against' })
      .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
      .example('$0 guess grandmother.jpg', 'what to begin with')
      .example('$0 run grandmother.jpg --sensitivity auto --set degradation.blur.radius=auto', 'to begin with it'),
  handler: async ({ picture, json, ...options }) => {
    const { isConfigName } = await import('./source.ts')
    if (isConfigName(picture)) throw new UsageError(`${picture}: expected a picture, found a config`)
    const config = await configOf(picture, options)
    const { openPicture } = await import('../images/read.ts')
    const { bitmap, remarks } = await openPicture(String(config.input))
    for (const remark of remarks) printRemark(picture, remark)
    const { cropInWords, cropMark } = await import('../align/crop-mark.ts')
    const guess = await (await ableTo('guess', config))(config, bitmap, (found) => {
      for (const remark of found.remarks) say(`warning: ${remark}`)
      say(cropInWords(cropMark(found)))
    })
    if (json) {
      printJson(guess.values)
      return
    }
    for (const line of guess.lines) print(line)
  },
}
