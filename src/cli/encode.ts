/** `rephoto encode`: the first latent of a portrait, without optimizing. */
import type { CommandModule } from 'yargs'
import { ableTo } from './able.ts'
import { type AlignModeOptions, type AlignOptions, withAlignMode, withAlignment } from './alignment.ts'
import { printPath, printRemark, say } from './print.ts'
import { configOf, type SettingOptions, withSettings } from './settings.ts'

interface Options extends SettingOptions, AlignOptions, AlignModeOptions {
  image: string
  out?: string | undefined
  force: boolean
}

/** The command. */
export const encodeCommand: CommandModule<object, Options> = {
  command: 'encode <image>',
  describe: 'Encode a portrait: its latent as .safetensors, and the sibling that it gives',
  builder: (yargs) =>
    withAlignMode(withAlignment(withSettings(yargs)))
      .positional('image', { type: 'string', demandOption: true, describe: 'A picture' })
      .option('out', {
        type: 'string',
        describe: 'File to write (.safetensors) or a folder for it; default: <name>-latent.safetensors here',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the files that are there' }),
  handler: async (options) => {
    const config = await configOf(options.image, options)
    const encode = await ableTo('encode', config)
    const { latent, sibling, notes } = await encode(config, options.out, {
      force: options.force,
      onRemark: (remark) => printRemark(options.image, remark),
    })
    for (const note of notes) say(note)
    printPath('latent', latent)
    printPath('sibling', sibling)
  },
}
