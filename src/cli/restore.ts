/** `rephoto restore`: old photographs restored, each with its run and report. */
import { basename, extname, join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { printPath } from './print.ts'
import { type CommonSettings, configOf, withCommonSettings } from './settings.ts'

interface RestoreOptions extends CommonSettings {
  photos: string[]
  scratches?: string | undefined
  'high-resolution'?: boolean | undefined
  faces?: boolean | undefined
  stretch?: boolean | undefined
  out?: string | undefined
  suffix: string
  format?: string | undefined
  force: boolean
  reports?: string | undefined
  'dry-run': boolean
}

/** The command. */
export const restoreCommand: CommandModule<object, RestoreOptions> = {
  command: 'restore <photos..>',
  describe: 'Restore old photographs: scratches filled in, fading and grain undone, faces',
  builder: (yargs) =>
    withCommonSettings(yargs)
      .positional('photos', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Photographs, folders of them, or a config (.json5)',
      })
      .option('scratches', {
        type: 'string',
        describe: 'Where it is damaged: "auto" (the detector says), "none", or a mask, white on black; default: auto',
      })
      .option('high-resolution', { type: 'boolean', describe: 'Fill damage in from patches: for large photographs' })
      .option('faces', { type: 'boolean', describe: 'Restore faces one by one (512 px at high resolution, else 256)' })
      .option('stretch', {
        type: 'boolean',
        describe: 'Darkest to black, brightest to white; --no-stretch: leave tones',
      })
      .option('out', {
        type: 'string',
        describe: 'File for one photograph (.png, .jpg, .webp, .tif, .avif), or a folder; default: here',
      })
      .option('suffix', { type: 'string', default: '-restored', describe: 'Behind the names in a folder' })
      .option('format', {
        type: 'string',
        choices: ['png', 'jpg', 'webp', 'tif', 'avif'],
        describe: 'Of the files in a folder; default: as each photograph has',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace files that are there' })
      .option('reports', {
        type: 'string',
        describe: 'Folder of the run, of several runs one in it for each; default: reports/<name of the photograph>',
      })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Say what would be done, its time and memory' })
      .example('$0 restore album/ --out restored/ --faces', 'every photograph of a folder, faces too')
      .example('$0 restore torn.jpg --scratches damage.png', 'with a mask painted by hand')
      .example('$0 restore scan.tif --high-resolution --dry-run', 'how long a large scan takes'),
  handler: async (options) => {
    const { PICTURE_SUFFIXES } = await import('../images/write.ts')
    const [several, { isConfigName }] = await Promise.all([import('./several.ts'), import('./source.ts')])
    several.refuseConfigs(options.photos, 'restore')
    const photos = several.picturesOf(options.photos)
    const names = { ...options, out: options.out, format: options.format, suffixes: PICTURE_SUFFIXES }
    // A config says itself where its result goes.
    const isConfig = photos.length === 1 && isConfigName(photos[0]!) && options.out === undefined
    const files: (string | undefined)[] = isConfig ? [undefined] : several.resultNames(photos, names)
    const configs = await Promise.all(photos.map((photo, i) => configOf(photo, options, keysOf(options, files[i]))))
    if (options['dry-run']) {
      const { printRestoreDryRun } = await import('./restore-dry-run.ts')
      await several.forEachPicture(photos, (_, i) => printRestoreDryRun(configs[i]!))
      return
    }
    await several.forEachPicture(photos, async (photo, i) => {
      const { input } = configs[i]!
      const file = files[i]
      if (file !== undefined) several.checkFree(file, [...photos, ...(typeof input === 'string' ? [input] : [])], names)
      const out = reportsOf(options.reports, photo, photos.length > 1)
      const { carryOut } = await import('./carry-out.ts')
      await carryOut({ kind: 'run', config: configs[i]!, ...(out === undefined ? {} : { out }) })
      if (file !== undefined) printPath('restored', file)
    })
  },
}

function reportsOf(folder: string | undefined, photo: string, isOneOfSeveral: boolean): string | undefined {
  if (folder === undefined || !isOneOfSeveral) return folder
  return join(folder, basename(photo, extname(photo)))
}

function keysOf(options: RestoreOptions, file: string | undefined) {
  const { scratches, faces, stretch, force } = options
  const high = options['high-resolution']
  return {
    method: 'restore',
    ...(scratches === undefined ? {} : { scratches: scratchesOf(scratches) }),
    ...(high === undefined ? {} : { highResolution: high }),
    ...(faces === undefined ? {} : { faces: !faces ? 'none' : high ? '512' : '256' }),
    ...(stretch === undefined ? {} : { stretch }),
    ...(file === undefined ? {} : { output: { file, replace: force } }),
  }
}

function scratchesOf(said: string) {
  return said === 'auto' || said === 'none' ? { from: said, mask: null } : { from: 'mask', mask: resolve(said) }
}
