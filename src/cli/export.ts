/** `rephoto export`: the optimization step of a config as an ONNX model. */
import type { CommandModule } from 'yargs'
import { ableTo } from './able.ts'
import { printPath } from './print.ts'
import { configOf, type SettingOptions, withSettings } from './settings.ts'

interface Options extends SettingOptions {
  config: string
  out: string
  force: boolean
}

/** The command. */
export const exportCommand: CommandModule<object, Options> = {
  command: 'export <config>',
  describe: 'Write one optimization step as an .onnx file (opens in Netron)',
  builder: (yargs) =>
    withSettings(yargs)
      .positional('config', { type: 'string', demandOption: true, describe: 'A config file or preset' })
      .option('out', { type: 'string', default: 'step.onnx', describe: 'File to write (.onnx), or a folder for it' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file that is there' }),
  handler: async (options) => {
    const config = await configOf(options.config, options)
    const exportStep = await ableTo('exportStep', config)
    printPath('model', await exportStep(config, options.out, { force: options.force }))
  },
}
