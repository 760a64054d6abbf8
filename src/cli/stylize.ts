/** `rephoto stylize`: a picture painted as another is. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { withDryRun } from './dry-run.ts'
import { UsageError } from './failure.ts'
import { type LiveOption, withLive } from './live.ts'
import { type CommonSettings, configOf, withCommonSettings } from './settings.ts'
import { followingOf, type ThenOptions, withThen } from './then.ts'

interface StylizeOptions extends CommonSettings, LiveOption, ThenOptions {
  content: string
  style?: string[] | undefined
  'style-weight'?: number | undefined
  'style-scale'?: number | undefined
  size?: number | undefined
  color?: string | undefined
  out?: string | undefined
  'dry-run'?: boolean | undefined
}

/** The command. */
export const stylizeCommand: CommandModule<object, StylizeOptions> = {
  command: 'stylize <content>',
  describe: 'Paint a picture in the style of another',
  builder: (yargs) =>
    withThen(withDryRun(withLive(withCommonSettings(yargs))))
      .positional('content', { type: 'string', demandOption: true, describe: 'A picture, or a config (.json5)' })
      .option('style', {
        type: 'string',
        array: true,
        nargs: 1,
        describe: 'A picture whose style is taken; repeatable: several are mixed',
      })
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
      .example('$0 stylize me.jpg --style portrait.jpg --set faces.style=0.3', 'a portrait that stays alike'),
  handler: async (options) => {
    const { style = [], size, color, out } = options
    const [weight, scale] = [options['style-weight'], options['style-scale']]
    for (const [name, value] of Object.entries({ 'style-weight': weight, 'style-scale': scale, size }))
      if (Number.isNaN(value)) throw new UsageError(`--${name}: expected a number`)
    const config = await configOf(options.content, options, {
      method: 'stylize',
      ...(style.length === 0 ? {} : { styles: style.map((picture) => ({ picture: resolve(picture) })) }),
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

/** A coarse scale of half the size before it, where that is large enough to mean something. */
function scalesTo(size: number): number[] {
  return size >= 192 ? [Math.round(size / 2), size] : [size]
}
