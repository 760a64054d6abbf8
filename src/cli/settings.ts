/** Options that several commands share, and how they become a config. */
import { resolve } from 'node:path'
import type { Argv } from 'yargs'
import type { Fragment } from '../config/load.ts'
import { presetNames } from '../config/presets.ts'
import type { Device, Engine } from '../engine/executable.ts'
import { type AlignModeOptions, type AlignOptions, alignKeys } from './alignment.ts'
import { UsageError } from './failure.ts'

/** Options that change a config. */
export interface CommonSettings {
  preset?: string[] | undefined
  set?: string[] | undefined
  pack?: string | undefined
  seed?: number | undefined
  threads?: number | undefined
  device?: string | undefined
  engine?: string | undefined
}

/** The same of a command of portraits. */
export interface SettingOptions extends CommonSettings {
  sensitivity?: string | undefined
}

/** Adds them to a command of portraits. */
export function withSettings<T>(yargs: Argv<T>): Argv<T & SettingOptions> {
  return withCommonSettings(yargs).option('sensitivity', {
    type: 'string',
    choices: ['b', 'gb', 'g', 'auto'],
    describe: 'What the emulsion saw, or "auto" to guess it; short for --set sensitivity=…',
  })
}

/** Adds to a command those that every method has. */
export function withCommonSettings<T>(yargs: Argv<T>): Argv<T & CommonSettings> {
  return yargs
    .option('preset', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: `Config to start from: ${presetNames().join(', ')}, or a file`,
    })
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      describe:
        'Change one key: --set optimize.steps=[50,100]; repeatable. Keys: docs/config.md, docs/stylize.md, docs/fast-style.md, docs/upscale.md, docs/restore.md, docs/paint.md',
    })
    .option('pack', { type: 'string', describe: 'Model pack, by name or folder; short for --set pack=…' })
    .option('seed', { type: 'number', describe: 'Short for --set seed=…' })
    .option('device', {
      type: 'string',
      choices: ['auto', 'cpu', 'webgpu', 'cuda'],
      describe: 'Where to compute; short for --set device=…',
    })
    .option('engine', {
      type: 'string',
      choices: ['onnxruntime', 'tfjs'],
      describe: 'What computes; short for --set engine=…',
    })
    .option('threads', { type: 'number', describe: 'CPU threads; short for --set threads=…' })
}

/**
 * The config of a command: presets, then a config file, then a picture, then single options, then --set.
 *
 * @param ofMethod what the command's own options say
 */
export async function configOf(
  source: string | undefined,
  options: SettingOptions & AlignOptions & AlignModeOptions,
  ofMethod: Fragment = {},
): Promise<Fragment> {
  const [{ applySettings, checkConfig, loadConfig, mergeConfigs }, { sourceConfig }] = await Promise.all([
    import('../methods/configs.ts'),
    import('./source.ts'),
  ])
  const parts = (options.preset ?? []).map((name) => loadConfig(name))
  if (source !== undefined) parts.push(sourceConfig(source))
  const { pack, seed, threads, device, engine, sensitivity, face } = options
  for (const [name, value] of Object.entries({ seed, threads, face })) {
    if (value !== undefined && !Number.isInteger(value)) throw new UsageError(`--${name}: expected a whole number`)
  }
  const aligned = alignKeys(options, resolve)
  const own = {
    ...ofMethod,
    ...(pack === undefined ? {} : { pack: /[/\\]/u.test(pack) ? resolve(pack) : pack }),
    ...(seed === undefined ? {} : { seed }),
    ...(threads === undefined ? {} : { threads }),
    ...(device === undefined ? {} : { device: device as 'auto' | Device }),
    ...(engine === undefined ? {} : { engine: engine as Engine }),
    ...(sensitivity === undefined ? {} : { sensitivity: sensitivity as 'b' | 'gb' | 'g' | 'auto' }),
    ...(aligned === undefined ? {} : { align: aligned }),
  }
  checkConfig(own, 'options')
  return applySettings(mergeConfigs([...parts, own]), options.set ?? [])
}
