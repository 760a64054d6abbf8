/** `rephoto run`: from a portrait to its report. */
import type { CommandModule } from 'yargs'
import { type AlignModeOptions, type AlignOptions, withAlignMode, withAlignment } from './alignment.ts'
import { carryOut } from './carry-out.ts'
import { printPreview, withDryRun } from './dry-run.ts'
import { type LiveOption, withLive } from './live.ts'
import { configOf, type SettingOptions, withSettings } from './settings.ts'

interface RunOptions extends SettingOptions, AlignOptions, AlignModeOptions, LiveOption {
  source: string[]
  paste?: string | undefined
  out?: string | undefined
  'dry-run'?: boolean | undefined
}

/** The command. */
export const runCommand: CommandModule<object, RunOptions> = {
  command: 'run <source..>',
  describe: 'Rephotograph a portrait: a picture, a config file, or a preset that names one',
  builder: (yargs) =>
    withDryRun(withLive(withAlignMode(withAlignment(withSettings(yargs)))))
      .positional('source', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'A picture, or a config (.json5)',
      })
      .option('out', {
        type: 'string',
        describe: 'Folder of the run, new or empty; default: reports/<name of the picture>',
      })
      .option('paste', {
        type: 'string',
        choices: ['face', 'color', 'off'],
        describe: 'How the result goes into the whole photograph; short for --set paste.mode=…',
      })
      .example('$0 run grandmother.jpg --preset antique-gb', 'a photograph of about 1890')
      .example('$0 run configs/quickstart.json5 --out first-run', 'the bundled example'),
  handler: async (options) => {
    const { oneSource } = await import('./source.ts')
    const { paste } = options
    const config = await configOf(
      oneSource(options.source, options.preset ?? []),
      options,
      paste === undefined ? {} : { paste: { mode: paste } },
    )
    if (options['dry-run']) return printPreview(config)
    await carryOut({ kind: 'run', config, ...(options.out === undefined ? {} : { out: options.out }) }, options.live)
  },
}
