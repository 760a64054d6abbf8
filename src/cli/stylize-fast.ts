/** `rephoto stylize --fast`: styles in one pass of a network, for one picture or several; each has its run, or all of them one figure. */
import { basename, extname, join, resolve } from 'node:path'
import type { Argv } from 'yargs'
import type { Fragment } from '../config/load.ts'
import { UsageError } from './failure.ts'
import { printPath, say } from './print.ts'
import { type CommonSettings, configOf } from './settings.ts'
import { followingOf, type ThenOptions } from './then.ts'

/** Its options. */
export interface FastOptions extends CommonSettings, ThenOptions {
  content: string[]
  style?: string[] | undefined
  shares?: string | undefined
  size?: number | undefined
  out?: string | undefined
  fast: boolean
  network?: string | undefined
  predictor?: string | undefined
  strength?: number | undefined
  fit?: number | undefined
  matrix?: string | undefined
  'dry-run'?: boolean | undefined
  live?: boolean | undefined
}

/** Those that mean nothing without --fast. */
const ONLY = ['network', 'predictor', 'strength', 'fit', 'matrix'] as const

/** Adds what --fast brings. */
export function withFast<T>(yargs: Argv<T>): Argv<T & Pick<FastOptions, 'fast' | (typeof ONLY)[number]>> {
  return yargs
    .option('fast', { type: 'boolean', default: false, describe: 'In one pass of a network (docs/fast-style.md)' })
    .option('network', {
      type: 'string',
      describe:
        'With --fast: a network of one style or a transformer of any (.pth, .tflite, model.json, manifest.json)',
    })
    .option('predictor', { type: 'string', describe: 'With --fast: the predictor that goes with the transformer' })
    .option('strength', { type: 'number', describe: 'With --fast: how much of the style, from 0 to 1' })
    .option('fit', { type: 'number', describe: 'With --fast: steps by which the style is fitted to the transformer' })
    .option('matrix', { type: 'string', describe: 'With --fast: one picture of all contents in all styles, no runs' })
}

/** An option that was given and means nothing without --fast. */
export function fastOnly(options: FastOptions): string | undefined {
  return ONLY.find((name) => options[name] !== undefined)
}

/** The options as keys of a config. */
export function fastKeys(
  { network, predictor, strength, fit, size }: FastOptions,
  styles: readonly object[],
): Fragment {
  for (const [name, value] of Object.entries({ strength, fit }))
    if (Number.isNaN(value)) throw new UsageError(`--${name}: expected a number`)
  const files = {
    ...(network === undefined ? {} : { file: resolve(network) }),
    ...(predictor === undefined ? {} : { predictor: resolve(predictor) }),
  }
  return {
    method: 'fast-style',
    ...(styles.length === 0 ? {} : { styles }),
    ...(Object.keys(files).length === 0 ? {} : { network: files }),
    ...(strength === undefined ? {} : { strength }),
    ...(fit === undefined ? {} : { fit: { steps: fit } }),
    ...(size === undefined ? {} : { size }),
  } as Fragment
}

/** Makes the runs, or the figure. */
export async function stylizeFast(options: FastOptions, keys: Fragment): Promise<void> {
  const [several, { isConfigName }] = await Promise.all([import('./several.ts'), import('./source.ts')])
  several.refuseConfigs(options.content, 'stylize')
  const [only] = options.content
  const contents =
    options.content.length === 1 && isConfigName(only!) ? [resolve(only!)] : several.picturesOf(options.content)
  if (options.matrix !== undefined) return writeMatrix(options, keys, contents, options.matrix)
  const configs = await Promise.all(contents.map((content) => configOf(content, options, keys)))
  const { carryOutWithMore } = await import('./carry-out-chain.ts')
  const { live, 'dry-run': dry } = options
  await several.forEachPicture(contents, async (content, i) => {
    const folder =
      options.out !== undefined && contents.length > 1
        ? join(options.out, basename(content, extname(content)))
        : options.out
    await carryOutWithMore(configs[i]!, { following: followingOf(options), folder, live, dry })
  })
}

async function writeMatrix(
  options: FastOptions,
  keys: Fragment,
  contents: readonly string[],
  file: string,
): Promise<void> {
  const [{ PICTURE_SUFFIXES, writePicture }, { outputPath }, { styleMatrix }] = await Promise.all([
    import('../images/write.ts'),
    import('../output.ts'),
    import('../methods/fast-style/matrix.ts'),
  ])
  const path = outputPath({ out: file, name: 'matrix.png', suffixes: PICTURE_SUFFIXES, inputs: contents, force: false })
  const config = await configOf(undefined, options, keys)
  const picture = await styleMatrix(config, contents, (done, total) => say(`painted ${done} of ${total}`))
  await writePicture(path, picture, { exclusive: true })
  printPath('matrix', path)
}
