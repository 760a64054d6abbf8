/** `rephoto upscale`: pictures enlarged by a network, each with its run and report. */
import { basename, extname, join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { printPreview, withDryRun } from './dry-run.ts'
import { UsageError } from './failure.ts'
import { printPath } from './print.ts'
import { type CommonSettings, configOf, withCommonSettings } from './settings.ts'

interface UpscaleOptions extends CommonSettings {
  'dry-run'?: boolean | undefined
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
  out?: string | undefined
  suffix: string
  format?: string | undefined
  force: boolean
  reports?: string | undefined
}

/** The command. */
export const upscaleCommand: CommandModule<object, UpscaleOptions> = {
  command: 'upscale <pictures..>',
  describe: 'Enlarge pictures with a network',
  builder: (yargs) =>
    withDryRun(withCommonSettings(yargs))
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
      .option('out', {
        type: 'string',
        describe: 'File for one picture (.png, .jpg, .webp, .tif, .avif), or a folder; default: here',
      })
      .option('suffix', { type: 'string', default: '-upscaled', describe: 'Behind the names in a folder' })
      .option('format', {
        type: 'string',
        choices: ['png', 'jpg', 'webp', 'tif', 'avif'],
        describe: 'Of the files in a folder; default: as each picture has',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace files that are there' })
      .option('reports', {
        type: 'string',
        describe: 'Folder of the run, of several runs one in it for each; default: reports/<name of the picture>',
      })
      .example('$0 upscale album/ --out larger/', 'every picture of a folder')
      .example('$0 upscale photo.jpg --network RealESRGAN_x4plus.pth --scale 2', 'a network of your own'),
  handler: async (options) => {
    const { PICTURE_SUFFIXES } = await import('../images/write.ts')
    const [several, { isConfigName }] = await Promise.all([import('./several.ts'), import('./source.ts')])
    const { share, scale, width, tile } = options
    for (const [name, value] of Object.entries({ share, scale, width, tile }))
      if (Number.isNaN(value)) throw new UsageError(`--${name}: expected a number`)
    several.refuseConfigs(options.pictures, 'upscale')
    const pictures = several.picturesOf(options.pictures)
    const names = { ...options, out: options.out, format: options.format, suffixes: PICTURE_SUFFIXES }
    // A config says itself where its result goes.
    const isConfig = pictures.length === 1 && isConfigName(pictures[0]!) && options.out === undefined
    const files: (string | undefined)[] = isConfig ? [undefined] : several.resultNames(pictures, names)
    // What is wrong with the options themselves is told once, before any picture is read.
    const configs = await Promise.all(
      pictures.map((picture, i) => configOf(picture, options, keysOf(options, files[i]))),
    )
    if (options['dry-run']) {
      for (const config of configs) await printPreview(config)
      return
    }
    await several.forEachPicture(pictures, async (picture, i) => {
      const { input } = configs[i]!
      const file = files[i]
      if (file !== undefined)
        several.checkFree(file, [...pictures, ...(typeof input === 'string' ? [input] : [])], names)
      const out = reportsOf(options.reports, picture, pictures.length > 1)
      const { carryOut } = await import('./carry-out.ts')
      await carryOut({ kind: 'run', config: configs[i]!, ...(out === undefined ? {} : { out }) })
      if (file !== undefined) printPath('enlarged', file)
    })
  },
}

function reportsOf(folder: string | undefined, picture: string, isOneOfSeveral: boolean): string | undefined {
  if (folder === undefined || !isOneOfSeveral) return folder
  return join(folder, basename(picture, extname(picture)))
}

function keysOf(
  { network, blend, share, scale, width, tile, flips, half, alpha, force }: UpscaleOptions,
  file: string | undefined,
) {
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
    ...(file === undefined ? {} : { output: { file, replace: force } }),
  }
}
