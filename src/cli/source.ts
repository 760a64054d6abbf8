/** What a command is given to work on: a picture, a config or a preset; and what else people give, with what does what they mean. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { presetNames } from '../config/index.ts'
import type { Fragment } from '../config/load.ts'
import { readJson5 } from '../config/load.ts'
import { loadConfig } from '../methods/configs.ts'
import { experimentCommand } from '../sweep/experiment-command.ts'
import { isPictureName } from '../sweep/inputs.ts'
import { UsageError } from './failure.ts'
import { shownCommand } from './print.ts'
import { isStandardInput } from './standard-input.ts'

/** Whether a name is that of a config. */
export function isConfigName(name: string): boolean {
  return /^\.json5?$/iu.test(extname(name))
}

/** The config of a picture, a config file or a preset. @throws UsageError or ConfigError, one line */
export function sourceConfig(source: string): Fragment {
  if (isStandardInput(source))
    throw new UsageError(
      '-: expected a picture file, found the standard input, which can be read only once; save it to a file first',
    )
  if (isConfigName(source)) {
    refuseExperiment(source)
    return loadConfig(source)
  }
  const entry = statSync(source, { throwIfNoEntry: false })
  if (!entry && presetNames().includes(source)) return loadConfig(source)
  if (!entry && !/[./\\]/u.test(source)) {
    const presets = presetNames().join(', ')
    throw new UsageError(
      `${source}: expected a picture, a config file or a preset (${presets}), found none of that name`,
    )
  }
  if (entry?.isDirectory()) refuseFolder(source)
  if (entry?.isFile()) refuseOtherText(source)
  if (!entry && /^[a-z]+:\/\//iu.test(source))
    throw new UsageError(`${source}: expected a file, found an address; download it first`)
  return { input: resolve(source) }
}

/**
 * The one thing that a run works on. Of several pictures, and of a pattern that the shell did not expand, it says which
 * command makes them all; a pattern that only one picture fits is that picture.
 */
export function oneSource(sources: readonly string[], presets: readonly string[]): string {
  const [source, ...more] = sources
  if (source === undefined) throw new UsageError('expected a picture, a config or a preset, found none')
  if (more.length > 0) {
    const all = experimentCommand(sources, presets)
    throw new UsageError(`expected one picture or config, found ${sources.length}; one run of each: ${all}`)
  }
  if (existsSync(source) || !isDynamicPattern(source) || presetNames().includes(source)) return source
  const found = globSync(source, { expandDirectories: false, onlyFiles: true })
  if (found.length === 1) return found[0]!
  const pictures = found.filter(isPictureName)
  if (pictures.length === 0) throw new UsageError(`${source}: expected pictures that fit this pattern, found none`)
  throw new UsageError(
    `${source}: expected one picture, found a pattern that ${pictures.length} fit; one run of each: ${experimentCommand([source], presets)}`,
  )
}

function refuseExperiment(file: string): void {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return
  const { document } = readJson5(file)
  if (!('inputs' in document || 'conditions' in document)) return
  throw new UsageError(
    `${file}: expected the config of one run, found an experiment; start it with: ${shownCommand('sweep', file)}`,
  )
}

function refuseFolder(folder: string): never {
  const holds = (name: string) => existsSync(join(folder, name))
  const fail = (found: string): never => {
    throw new UsageError(`${folder}: expected a picture or a config, found ${found}`)
  }
  if (holds('manifest.json')) {
    return fail(
      `the folder of a run; continue it with: ${shownCommand('resume', folder)}, or repeat it with: ${shownCommand('run', join(folder, 'config.json'))}`,
    )
  }
  if (holds('sweep.json'))
    return fail(`the folder of a sweep; compare its runs with: ${shownCommand('compare', folder)}`)
  if (holds('pack.json')) return fail('a model pack; it is named with --pack')
  const count = globSync('*', { cwd: folder, expandDirectories: false }).filter(isPictureName).length
  if (count === 0) return fail('a folder without pictures')
  return fail(
    `a folder with ${count} picture${count === 1 ? '' : 's'}; one run of each: ${experimentCommand([folder], [])}`,
  )
}

/** Texts that are taken for pictures otherwise, and then called damaged. */
function refuseOtherText(file: string): void {
  const extension = extname(file).toLowerCase()
  if (/^\.(?:ya?ml|toml|ini)$/u.test(extension)) {
    const format = extension.includes('y') ? 'YAML' : extension.slice(1).toUpperCase()
    throw new UsageError(
      `${file}: expected a picture or a config in JSON5, found ${format}; write it as { key: value, … } into a file that ends in .json5`,
    )
  }
  if (isPictureName(file)) return
  const start = beginning(file)
  if (start.includes('\uFFFD') || start.includes('\0')) return
  if (/^\s*(?:\/\/.*\n|\/\*[\s\S]*?\*\/|\s)*\{/u.test(start)) {
    throw new UsageError(
      `${file}: expected a picture, found what looks like a config; give it a name that ends in .json5`,
    )
  }
}

function beginning(file: string): string {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(512)
      return bytes.subarray(0, readSync(descriptor, bytes)).toString()
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // Whoever reads the picture says why it can't be read.
    return ''
  }
}
