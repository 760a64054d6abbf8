/** `rephoto restore`: old photographs restored, each with its run and report. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { carryOutPictures, type PicturesOptions, withPictures } from './pictures.ts'

interface RestoreOptions extends PicturesOptions {
  photos: string[]
  scratches?: string | undefined
  'high-resolution'?: boolean | undefined
  faces?: boolean | undefined
  stretch?: boolean | undefined
  tile?: number | undefined
}

/** The command. */
export const restoreCommand: CommandModule<object, RestoreOptions> = {
  command: 'restore <photos..>',
  describe: 'Restore old photographs: scratches filled in, fading and grain undone, faces',
  builder: (yargs) =>
    withPictures(yargs, '-restored')
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
      .option('faces', {
        type: 'boolean',
        describe: 'Make faces anew: by the network of faces of the pack (512 px at high resolution), or rephotographed',
      })
      .option('stretch', {
        type: 'boolean',
        describe: 'Darkest to black, brightest to white; --no-stretch: leave tones',
      })
      .option('tile', { type: 'number', describe: 'Most pixels of a tile along a side; default: as memory allows' })
      .example('$0 restore album/ --out restored/ --faces', 'every photograph of a folder, faces too')
      .example('$0 restore torn.jpg --scratches damage.png', 'with a mask painted by hand')
      .example('$0 restore small.jpg --then upscale', 'restored, then enlarged')
      .example('$0 restore scan.tif --high-resolution --dry-run', 'how long a large scan takes'),
  handler: (options) =>
    carryOutPictures(options.photos, options, {
      ...{ command: 'restore', done: 'restored', keys: keysOf(options) },
      adapt: async (config) => (await import('./restore-faces.ts')).withFaces(config),
    }),
}

function keysOf(options: RestoreOptions) {
  const { scratches, faces, stretch, tile } = options
  const high = options['high-resolution']
  return {
    method: 'restore',
    ...(scratches === undefined ? {} : { scratches: scratchesOf(scratches) }),
    ...(high === undefined ? {} : { highResolution: high }),
    ...(faces === undefined ? {} : { faces: !faces ? 'none' : high ? '512' : '256' }),
    ...(stretch === undefined ? {} : { stretch }),
    ...(tile === undefined ? {} : { tiles: { side: tile } }),
  }
}

function scratchesOf(said: string) {
  return said === 'auto' || said === 'none' ? { from: said, mask: null } : { from: 'mask', mask: resolve(said) }
}
