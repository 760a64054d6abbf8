/** `rephoto config`: the complete config that a run would have, and where each of its values comes from. */
import type { CommandModule } from 'yargs'
import type { Fragment, Layer } from '../config/load.ts'
import { print, printJson } from './print.ts'
import { type CommonSettings, configOf, withCommonSettings } from './settings.ts'

interface ConfigOptions extends CommonSettings {
  source: string
  origin: boolean
}

/** The command. */
export const configCommand: CommandModule<object, ConfigOptions> = {
  command: 'config <source>',
  describe: 'The complete config that a run would have, as a config file; with --origin, where each value comes from',
  builder: (yargs) =>
    withCommonSettings(yargs)
      .positional('source', {
        type: 'string',
        demandOption: true,
        describe: 'A config (.json5), a preset, or a run’s config.json',
      })
      .option('origin', {
        type: 'boolean',
        default: false,
        describe: 'A line for each value: key, value, and the file or option that says it',
      })
      .example('$0 config configs/films.json5 --set losses.eye.weight=0 --origin', 'which of them wins'),
  handler: async (options) => {
    const fragment = await configOf(options.source, options)
    const { completeConfig } = await import('../methods/complete.ts')
    const { document, ofPack, pack } = await completeConfig(fragment)
    if (!options.origin) return printJson(document)
    const { originOf, leavesOf } = await import('../config/origin.ts')
    const layers: Layer[] = [{ name: `pack ${pack}`, config: ofPack }, ...(await layersOf(options))]
    const rows = [...leavesOf(document)].map(([key, value]) => [
      key,
      JSON.stringify(value) ?? '',
      originOf(key, layers) ?? 'default',
    ])
    const width = (column: number) => Math.min(60, Math.max(...rows.map((row) => row[column]!.length)))
    for (const [key, value, origin] of rows) print(`${key!.padEnd(width(0))}  ${value!.padEnd(width(1))}  ${origin}`)
  },
}

/** What is put together, in the order in which later ones win. */
async function layersOf({ source, preset = [], set = [], ...options }: ConfigOptions): Promise<Layer[]> {
  const { applySettings, loadLayers } = await import('../methods/configs.ts')
  const { isConfigName, sourceConfig } = await import('./source.ts')
  const { presetNames } = await import('../config/index.ts')
  const isFile = isConfigName(source) || presetNames().includes(source)
  const files = [...preset, ...(isFile ? [source] : [])].flatMap((name) => loadLayers(name).layers)
  const given = (['pack', 'seed', 'threads', 'device', 'engine'] as const).flatMap((name) =>
    options[name] === undefined ? [] : [{ name: `--${name}`, config: { [name]: options[name] } as Fragment }],
  )
  const { method } = files.findLast(({ config }) => config.method !== undefined)?.config ?? {}
  const settings = set.map((text) => ({
    name: `--set ${text.split('=')[0]}`,
    config: applySettings(method === undefined ? {} : { method }, [text]),
  }))
  return [...files, ...(isFile ? [] : [{ name: source, config: sourceConfig(source) }]), ...given, ...settings]
}
