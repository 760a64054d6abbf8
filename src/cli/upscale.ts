/** `rephoto upscale`: pictures enlarged by a network, each with its run and report. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { UsageError } from './failure.ts'
import { carryOutPictures, type PicturesOptions, withPictures } from './pictures.ts'

interface UpscaleOptions extends PicturesOptions {
  pictures: string[]
  network?: string | undefined
  blend?: string | undefined
  share?: number | undefined
  scale?: number | undefined
  width?: number | undefined
  tile?: number | undefined
  flips?: boolean | undefined
  half?: boolean | undefined
  alpha?: string | undefined
}

/** The command. */
export const upscaleCommand: CommandModule<object, UpscaleOptions> = {
  command: 'upscale <pictures..>',
  describe: 'Enlarge pictures with a network',
  builder: (yargs) =>
    withPictures(yargs, '-upscaled')
      .positional('pictures', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Pictures, folders of them, or a config (.json5)',
      })
      .option('network', {
        type: 'string',
        describe: 'Weights of another network: .pth, .safetensors, ncnn .param, model.json',
      })
      .option('blend', { type: 'string', describe: 'A second file of the same architecture to mix with it' })
      .option('share', { type: 'number', describe: 'Share of --network in the mix, from 0 to 1; default: 0.5' })
      .option('scale', { type: 'number', describe: 'How many times larger, fractions too; default: as the network' })
      .option('width', { type: 'number', describe: 'Width of the result in pixels, instead of a scale' })
      .option('tile', { type: 'number', describe: 'Most pixels of a tile along a side; default: as memory allows' })
      .option('flips', { type: 'boolean', describe: 'The mean of eight passes: a little better, eight times as long' })
      .option('half', { type: 'boolean', describe: 'Half precision, on a graphics card' })
      .option('alpha', { type: 'string', choices: ['network', 'bicubic'], describe: 'How transparency is enlarged' })
      .example('$0 upscale album/ --out larger/', 'every picture of a folder')
      .example('$0 upscale photo.jpg --network RealESRGAN_x4plus.pth --scale 2', 'a network of your own'),
  handler: async (options) => {
    const { share, scale, width, tile } = options
    for (const [name, value] of Object.entries({ share, scale, width, tile }))
      if (Number.isNaN(value)) throw new UsageError(`--${name}: expected a number`)
    await carryOutPictures(options.pictures, options, { command: 'upscale', done: 'enlarged', keys: keysOf(options) })
  },
}

function keysOf({ network, blend, share, scale, width, tile, flips, half, alpha }: UpscaleOptions) {
  const given = <T extends object>(keys: T) =>
    Object.fromEntries(Object.entries(keys).filter(([, v]) => v !== undefined))
  return {
    method: 'upscale',
    network: given({
      file: network === undefined ? undefined : resolve(network),
      blend: blend === undefined ? undefined : resolve(blend),
      share,
    }),
    size: given({ scale, width }),
    ...(tile === undefined ? {} : { tiles: { side: tile } }),
    ...given({ flips, alpha }),
    ...(half ? { precision: 'half' } : {}),
  }
}
