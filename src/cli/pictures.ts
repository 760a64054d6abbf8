/** Commands that make a picture of each that they are given, each with its run: their options, and how they are carried out. */
import { basename, extname, join } from 'node:path'
import type { Argv } from 'yargs'
import type { Fragment } from '../config/load.ts'
import type { JsonObject } from '../config/merge.ts'
import { withDryRun } from './dry-run.ts'
import { type LiveOption, withLive } from './live.ts'
import { type CommonSettings, configOf, withCommonSettings } from './settings.ts'
import { followingOf, type ThenOptions, withThen } from './then.ts'

/** What they have in common. */
export interface PicturesOptions extends CommonSettings, LiveOption, ThenOptions {
  out?: string | undefined
  suffix: string
  format?: string | undefined
  force: boolean
  reports?: string | undefined
  'dry-run'?: boolean | undefined
}

/** Adds the options. @param suffix behind the names of results */
export function withPictures<T>(yargs: Argv<T>, suffix: string): Argv<T & PicturesOptions> {
  return withThen(withDryRun(withLive(withCommonSettings(yargs))))
    .option('out', {
      type: 'string',
      describe: 'File for one picture (.png, .jpg, .webp, .tif, .avif), or a folder; default: here',
    })
    .option('suffix', { type: 'string', default: suffix, describe: 'Behind the names in a folder' })
    .option('format', {
      type: 'string',
      choices: ['png', 'jpg', 'webp', 'tif', 'avif'],
      describe: 'Of the files in a folder; default: as each picture has',
    })
    .option('force', { type: 'boolean', default: false, describe: 'Replace files that are there' })
    .option('reports', {
      type: 'string',
      describe: 'Folder of the run, of several runs one in it for each; default: reports/<name of the picture>',
    }) as Argv<T & PicturesOptions>
}

/** A config as the user meant it, and steps that its result goes through. */
export interface Adapted {
  readonly config: Fragment
  readonly after: readonly Fragment[]
}

/** What a command makes of its pictures. */
export interface PicturesCommand {
  /** Its name, for messages. */
  readonly command: string
  /** What is said before the name of a file that was written: "enlarged". */
  readonly done: string
  /** Keys of the config. */
  readonly keys: JsonObject
  /** Has the last word on the config of a picture, and says what its result goes through before any `--then`. */
  adapt?(config: Fragment): Promise<Adapted>
  /** @throws UsageError where options and pictures do not fit */
  check?(pictures: readonly string[]): void
}

/** A run of each picture; of several that fail, the others go on. */
export async function carryOutPictures(
  sources: readonly string[],
  options: PicturesOptions,
  { command, done, keys, adapt, check }: PicturesCommand,
): Promise<void> {
  const [{ PICTURE_SUFFIXES }, several, { isConfigName }, { carryOutWithMore }, { printPath }] = await Promise.all([
    import('../images/write.ts'),
    import('./several.ts'),
    import('./source.ts'),
    import('./carry-out-chain.ts'),
    import('./print.ts'),
  ])
  const { force, live } = options
  several.refuseConfigs(sources, command)
  const pictures = several.picturesOf(sources)
  check?.(pictures)
  const names = { ...options, out: options.out, format: options.format, suffixes: PICTURE_SUFFIXES }
  // A config says itself where its result goes.
  const isConfig = pictures.length === 1 && isConfigName(pictures[0]!) && options.out === undefined
  const files: (string | undefined)[] = isConfig ? [undefined] : several.resultNames(pictures, names)
  // What is wrong with the options themselves is told once, before any picture is read.
  const configs = await Promise.all(
    pictures.map((picture, i) => {
      const file = files[i]
      return configOf(picture, options, {
        ...keys,
        ...(file === undefined ? {} : { output: { ...(keys.output as object), file, replace: force } }),
      })
    }),
  )
  await several.forEachPicture(pictures, async (picture, i) => {
    const { config, after } = adapt ? await adapt(configs[i]!) : { config: configs[i]!, after: [] }
    const { input } = config
    const file = files[i]
    if (file !== undefined && !options['dry-run'])
      several.checkFree(file, [...pictures, ...(typeof input === 'string' ? [input] : [])], names)
    const folder = reportsOf(options.reports, picture, pictures.length > 1)
    const { 'dry-run': dry } = options
    const following = { ...followingOf(options), first: after }
    await carryOutWithMore(config, { following, folder, file, replace: force, live, dry })
    if (file !== undefined && !dry) printPath(done, file)
  })
}

function reportsOf(folder: string | undefined, picture: string, isOneOfSeveral: boolean): string | undefined {
  if (folder === undefined || !isOneOfSeveral) return folder
  return join(folder, basename(picture, extname(picture)))
}
