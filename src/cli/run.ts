/** `rephoto run`: from a portrait to its report; from several, or from several faces, to a batch of them. */
import type { CommandModule } from 'yargs'
import { type AlignModeOptions, type AlignOptions, facesOf, withAlignMode, withSeveralFaces } from './alignment.ts'
import { printPreview, withDryRun } from './dry-run.ts'
import { UsageError } from './failure.ts'
import { type LiveOption, withLive } from './live.ts'
import { configOf, type SettingOptions, withSettings } from './settings.ts'
import { followingOf, type ThenOptions, withThen } from './then.ts'

/** Runs at a time: each is a process. */
const MOST_JOBS = 256

interface RunOptions extends SettingOptions, Omit<AlignOptions, 'face'>, AlignModeOptions, LiveOption, ThenOptions {
  source: string[]
  face?: string | undefined
  paste?: string | undefined
  'keep-age'?: boolean | undefined
  finish?: string | undefined
  out?: string | undefined
  'dry-run'?: boolean | undefined
  jobs?: number | undefined
}

/** The command. */
export const runCommand: CommandModule<object, RunOptions> = {
  command: 'run <source..>',
  describe: 'Rephotograph portraits: a picture, several, a folder of them, or a config',
  builder: (yargs) =>
    withThen(withDryRun(withLive(withAlignMode(withSeveralFaces(withSettings(yargs))))))
      .positional('source', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'A picture, several, a folder of pictures, or a config (.json5)',
      })
      .option('out', {
        type: 'string',
        describe: 'Folder of the run or batch, new or empty; default: reports/<name of the picture>',
      })
      .option('paste', {
        type: 'string',
        choices: ['auto', 'face', 'color', 'off'],
        describe: 'How the result goes into the whole photograph; short for --set paste.mode=…',
      })
      .option('keep-age', {
        type: 'boolean',
        describe: 'Make the face as old as the sitter of the input looks; short for --set age.keep=start',
      })
      .option('finish', {
        type: 'string',
        choices: ['upscale'],
        describe: 'Enlarge the result by a network as well (result-large.png); short for --set finish.upscale=true',
      })
      .option('jobs', { type: 'number', describe: 'Of several pictures or faces so many at a time; default: 1' })
      .example('$0 run grandmother.jpg --preset antique-gb', 'a photograph of about 1890')
      .example('$0 run wedding.jpg --face all', 'everyone in it, and the photograph with all of them')
      .example('$0 run album/ --preset antique-b', 'every picture of a folder; again: those that are missing')
      .example('$0 run configs/quickstart.json5 --out first-run', 'the bundled example'),
  handler: async ({ face, paste, 'keep-age': keepAge, finish, jobs, out, live, 'dry-run': dry, ...options }) => {
    if (jobs !== undefined && (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_JOBS))
      throw new UsageError(`--jobs: expected a whole number from 1 to ${MOST_JOBS}, found ${jobs}`)
    const faces = facesOf(face)
    const { sourcesOf } = await import('./source.ts')
    const sources = sourcesOf(options.source)
    const ofMethod = {
      ...(paste === undefined ? {} : { paste: { mode: paste } }),
      ...(keepAge === undefined ? {} : { age: { keep: keepAge ? 'start' : 'off' } }),
      ...(finish === undefined ? {} : { finish: { upscale: true } }),
    }
    const one = sources.kind === 'one' ? sources.source : undefined
    const isSingle = faces === 'one' || (faces !== 'all' && faces.length === 1)
    const number = isSingle && faces !== 'one' ? { face: (faces as readonly number[])[0] } : {}
    if (one !== undefined && isSingle) {
      const config = await configOf(one, { ...options, ...number }, ofMethod)
      const { carryOutWithMore } = await import('./carry-out-chain.ts')
      await carryOutWithMore(config, { following: followingOf(options), folder: out, live, dry })
      return
    }
    if (options.then !== undefined)
      throw new UsageError('--then: expected one picture and one face, found several; run them one by one')
    if (options.landmarks !== undefined)
      throw new UsageError('--landmarks: expected one face, found several; run them one by one, each with its points')
    const { input, ...config } = await configOf(one, options, ofMethod)
    if (sources.kind === 'one' && typeof input !== 'string')
      throw new UsageError(`${one}: expected a picture or a config that names one, found none`)
    const photos = sources.kind === 'one' ? [input as string] : sources.photos
    if (dry) {
      for (const photo of photos) await printPreview({ ...config, input: photo })
      return
    }
    const { carryOutBatch } = await import('./carry-out-batch.ts')
    const named = sources.kind === 'one' ? { name: nameOf(photos[0]!), sources: photos } : sources
    await carryOutBatch({ ...named, photos, faces, config }, { out, jobs, live })
  },
}

function nameOf(path: string): string {
  return `${path.replace(/^.*[\\/]/u, '').replace(/\.[^.]*$/u, '')}-faces`
}
