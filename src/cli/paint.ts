/** `rephoto paint`: portraits painted by a network, each with its run and report. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { type AlignModeOptions, type AlignOptions, withAlignMode, withAlignment } from './alignment.ts'
import { UsageError } from './failure.ts'
import { carryOutPictures, type PicturesOptions, withPictures } from './pictures.ts'

interface PaintOptions extends PicturesOptions, AlignOptions, AlignModeOptions {
  portraits: string[]
  network?: string | undefined
  strength?: number | undefined
  size?: number | undefined
  whole?: boolean | undefined
}

/** The command. */
export const paintCommand: CommandModule<object, PaintOptions> = {
  command: 'paint <portraits..>',
  describe: 'Paint portraits with a network',
  builder: (yargs) =>
    withAlignMode(withAlignment(withPictures(yargs, '-painted')))
      .positional('portraits', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Photographs, folders of them, or a config (.json5)',
      })
      .option('network', {
        type: 'string',
        describe: 'Weights of a network that paints: pix2pix, CycleGAN, DynamicUnet of fastai (.pth, .safetensors)',
      })
      .option('strength', { type: 'number', describe: 'Share of the painting, from 0 to 1; default: 1' })
      .option('size', { type: 'number', describe: 'Side of the painted square in pixels; default: as the network' })
      .option('whole', { type: 'boolean', describe: 'Write the whole photograph with the painting in it' })
      .example('$0 paint album/ --network latest_net_G_A.pth --out painted/', 'every portrait of a folder')
      .example('$0 paint me.jpg --network portrait.pth --strength 0.6', 'a painting that lets the photograph through'),
  handler: async (options) => {
    for (const name of ['strength', 'size'] as const)
      if (Number.isNaN(options[name])) throw new UsageError(`--${name}: expected a number`)
    await carryOutPictures(options.portraits, options, {
      command: 'paint',
      done: 'painted',
      keys: keysOf(options),
      check(portraits) {
        if (options.landmarks !== undefined && portraits.length > 1)
          throw new UsageError(`--landmarks: expected one portrait beside it, found ${portraits.length}`)
      },
    })
  },
}

function keysOf({ network, strength, size, whole }: PaintOptions) {
  return {
    method: 'paint',
    ...(network === undefined ? {} : { network: { file: resolve(network) } }),
    ...(strength === undefined ? {} : { strength }),
    ...(size === undefined ? {} : { size }),
    ...(whole === undefined ? {} : { output: { what: whole ? 'whole' : 'portrait' } }),
  }
}
