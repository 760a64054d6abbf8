/** `rephoto paint`: portraits painted by a network, each with its run and report. */
import { basename, extname, join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { type AlignModeOptions, type AlignOptions, withAlignMode, withAlignment } from './alignment.ts'
import { carryOut } from './carry-out.ts'
import { printPreview, withDryRun } from './dry-run.ts'
import { UsageError } from './failure.ts'
import { printPath } from './print.ts'
import { type CommonSettings, configOf, withCommonSettings } from './settings.ts'

interface PaintOptions extends CommonSettings, AlignOptions, AlignModeOptions {
  portraits: string[]
  network?: string | undefined
  strength?: number | undefined
  size?: number | undefined
  whole?: boolean | undefined
  out?: string | undefined
  suffix: string
  format?: string | undefined
  force: boolean
  reports?: string | undefined
  'dry-run'?: boolean | undefined
}

/** The command. */
export const paintCommand: CommandModule<object, PaintOptions> = {
  command: 'paint <portraits..>',
  describe: 'Paint portraits with a network',
  builder: (yargs) =>
    withDryRun(withAlignMode(withAlignment(withCommonSettings(yargs))))
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
      .option('out', {
        type: 'string',
        describe: 'File for one portrait (.png, .jpg, .webp, .tif, .avif), or a folder; default: here',
      })
      .option('suffix', { type: 'string', default: '-painted', describe: 'Behind the names in a folder' })
      .option('format', {
        type: 'string',
        choices: ['png', 'jpg', 'webp', 'tif', 'avif'],
        describe: 'Of the files in a folder; default: as each portrait has',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace files that are there' })
      .option('reports', {
        type: 'string',
        describe: 'Folder of the run, of several runs one in it for each; default: reports/<name of the portrait>',
      })
      .example('$0 paint album/ --network latest_net_G_A.pth --out painted/', 'every portrait of a folder')
      .example('$0 paint me.jpg --network portrait.pth --strength 0.6', 'a painting that lets the photograph through'),
  handler: async (options) => {
    const { PICTURE_SUFFIXES } = await import('../images/write.ts')
    const [several, { isConfigName }] = await Promise.all([import('./several.ts'), import('./source.ts')])
    for (const name of ['strength', 'size'] as const)
      if (Number.isNaN(options[name])) throw new UsageError(`--${name}: expected a number`)
    several.refuseConfigs(options.portraits, 'paint')
    const portraits = several.picturesOf(options.portraits)
    if (options.landmarks !== undefined && portraits.length > 1)
      throw new UsageError(`--landmarks: expected one portrait beside it, found ${portraits.length}`)
    const names = { ...options, out: options.out, format: options.format, suffixes: PICTURE_SUFFIXES }
    // A config says itself where its result goes.
    const isConfig = portraits.length === 1 && isConfigName(portraits[0]!) && options.out === undefined
    const files: (string | undefined)[] = isConfig ? [undefined] : several.resultNames(portraits, names)
    const configs = await Promise.all(
      portraits.map((portrait, i) => configOf(portrait, options, keysOf(options, files[i]))),
    )
    if (options['dry-run']) {
      for (const config of configs) await printPreview(config)
      return
    }
    await several.forEachPicture(portraits, async (portrait, i) => {
      const { input } = configs[i]!
      const file = files[i]
      if (file !== undefined)
        several.checkFree(file, [...portraits, ...(typeof input === 'string' ? [input] : [])], names)
      const out = reportsOf(options.reports, portrait, portraits.length > 1)
      await carryOut({ kind: 'run', config: configs[i]!, ...(out === undefined ? {} : { out }) })
      if (file !== undefined) printPath('painted', file)
    })
  },
}

function reportsOf(folder: string | undefined, portrait: string, isOneOfSeveral: boolean): string | undefined {
  if (folder === undefined || !isOneOfSeveral) return folder
  return join(folder, basename(portrait, extname(portrait)))
}

function keysOf({ network, strength, size, whole, force }: PaintOptions, file: string | undefined) {
  const output = {
    ...(file === undefined ? {} : { file, replace: force }),
    ...(whole === undefined ? {} : { what: whole ? 'whole' : 'portrait' }),
  }
  return {
    method: 'paint',
    ...(network === undefined ? {} : { network: { file: resolve(network) } }),
    ...(strength === undefined ? {} : { strength }),
    ...(size === undefined ? {} : { size }),
    ...(Object.keys(output).length === 0 ? {} : { output }),
  }
}
