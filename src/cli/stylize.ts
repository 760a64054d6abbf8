/** `rephoto stylize`: a picture painted as another is, by optimization, or with --fast in one pass of a network. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import type { Fragment } from '../config/load.ts'
import { withDryRun } from './dry-run.ts'
import { UsageError } from './failure.ts'
import { type LiveOption, withLive } from './live.ts'
import { type CommonSettings, configOf, withCommonSettings } from './settings.ts'
import { type FastOptions, fastKeys, fastOnly, stylizeFast, withFast } from './stylize-fast.ts'
import { followingOf, type ThenOptions, withThen } from './then.ts'

interface StylizeOptions extends CommonSettings, LiveOption, FastOptions, ThenOptions {
  content: string[]
  'style-weight'?: number | undefined
  'style-scale'?: number | undefined
  color?: string | undefined
  'dry-run'?: boolean | undefined
}

/** The command. */
export const stylizeCommand: CommandModule<object, StylizeOptions> = {
  command: 'stylize <content..>',
  describe: 'Paint a picture in the style of another',
  builder: (yargs) =>
    withFast(withThen(withDryRun(withLive(withCommonSettings(yargs)))))
      .positional('content', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'A picture, or a config (.json5); with --fast several, and folders',
      })
      .option('style', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'A picture whose style is taken; repeatable: several are mixed',
      })
      .option('shares', { type: 'string', describe: 'Weights of several styles, in their order: 3,1' })
      .option('style-weight', { type: 'number', describe: 'How strong; short for --set style.weight=…' })
      .option('style-scale', { type: 'number', describe: 'Size of the strokes; short for --set size.styleScale=…' })
      .option('size', { type: 'number', describe: 'Longer side of the result in pixels' })
      .option('color', {
        type: 'string',
        choices: ['style', 'luminance', 'histogram', 'cholesky', 'symmetric', 'coral'],
        describe: 'Whose colours; short for --set color=…',
      })
      .option('out', {
        type: 'string',
        describe: 'Folder of the run, new or empty; default: reports/<name of the content>',
      })
      .example('$0 stylize garden.jpg --style starry-night.jpg', 'a garden as Van Gogh might have painted it')
      .example('$0 stylize me.jpg --style portrait.jpg --set faces.style=0.3', 'a portrait that stays alike')
      .example('$0 stylize garden.jpg --fast --network wave.pth', 'in one pass of a network'),
  handler: async (options) => {
    const { style = [], size, color, out, fast } = options
    const [weight, scale] = [options['style-weight'], options['style-scale']]
    for (const [name, value] of Object.entries({ 'style-weight': weight, 'style-scale': scale, size }))
      if (Number.isNaN(value)) throw new UsageError(`--${name}: expected a number`)
    const styles = stylesOf(style, options.shares)
    if (fast) {
      const slow = Object.entries({ 'style-weight': weight, 'style-scale': scale, color }).find(
        ([, v]) => v !== undefined,
      )
      if (slow) throw new UsageError(`--${slow[0]}: expected it without --fast, which knows no optimization`)
      return stylizeFast(options, fastKeys(options, styles))
    }
    const [content, ...others] = options.content
    const given = fastOnly(options)
    if (given !== undefined) throw new UsageError(`--${given}: expected --fast beside it; only a network has it`)
    if (others.length > 0)
      throw new UsageError(`expected one picture, found ${options.content.length}; several are painted with --fast`)
    const config = await configOf(content, options, {
      method: 'stylize',
      ...(styles.length === 0 ? {} : { styles }),
      ...(weight === undefined ? {} : { style: { weight } }),
      ...(size === undefined && scale === undefined
        ? {}
        : {
            size: {
              ...(size === undefined ? {} : { scales: scalesTo(size) }),
              ...(scale === undefined ? {} : { styleScale: scale }),
            },
          }),
      ...(color === undefined ? {} : { color }),
    })
    const { carryOutWithMore } = await import('./carry-out-chain.ts')
    await carryOutWithMore(config, {
      following: followingOf(options),
      folder: out,
      live: options.live,
      dry: options['dry-run'],
    })
  },
}

/** Styles with their weights. */
function stylesOf(pictures: readonly string[], shares: string | undefined): NonNullable<Fragment['styles']> & object[] {
  if (shares === undefined) return pictures.map((picture) => ({ picture: resolve(picture) }))
  const weights = shares.split(/\s*,\s*/u).map(Number)
  if (weights.length !== pictures.length || !weights.every((share) => share > 0))
    throw new UsageError(
      `--shares ${shares}: expected ${pictures.length} numbers above 0, one for each --style, found ${weights.length}`,
    )
  return pictures.map((picture, i) => ({ picture: resolve(picture), weight: weights[i]! }))
}

/** A coarse scale of half the size before it, where that is large enough to mean something. */
function scalesTo(size: number): number[] {
  return size >= 192 ? [Math.round(size / 2), size] : [size]
}
