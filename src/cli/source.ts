/** What a command is given to work on: a picture, a config or a preset; and what else people give, with what does what they mean. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { basename, extname, join, resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { presetNames } from '../config/index.ts'
import type { Fragment } from '../config/load.ts'
import { readJson5 } from '../config/load.ts'
import { loadConfig } from '../methods/configs.ts'
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

/** What `run` was given: one thing to work on, or photographs that make a batch. */
export type Sources =
  | { readonly kind: 'one'; readonly source: string }
  | {
      readonly kind: 'several'
      /** For the folder and the page. */
      readonly name: string
      /** Absolute paths, in the order in which they were given, those of a folder by name. */
      readonly photos: readonly string[]
      /** Absolute paths as they were given: folders may get more photographs later. */
      readonly sources: readonly string[]
    }

/**
 * Folders of pictures, several pictures, and patterns that the shell did not expand become a batch; a pattern that only one picture
 * fits is that picture.
 * @throws UsageError for a folder or pattern without pictures, and for anything but pictures among several
 */
export function sourcesOf(given: readonly string[]): Sources {
  const [first, ...more] = given
  if (first === undefined) throw new UsageError('expected a picture, a config or a preset, found none')
  const isFolder = (source: string) => statSync(source, { throwIfNoEntry: false })?.isDirectory() ?? false
  const isPattern = (source: string) =>
    !existsSync(source) && isDynamicPattern(source) && !presetNames().includes(source)
  if (more.length === 0 && !isFolder(first) && !isPattern(first)) return { kind: 'one', source: first }
  const found = given.map((source) => {
    if (isFolder(source)) return picturesIn(source)
    if (isPattern(source)) return picturesFitting(source)
    return [photoAmongSeveral(source)]
  })
  const photos = [...new Set(found.flat().map((path) => resolve(path)))]
  if (more.length === 0 && !isFolder(first) && photos.length === 1) return { kind: 'one', source: photos[0]! }
  const stem = (path: string) => basename(path, extname(path))
  const name =
    more.length === 0 && isFolder(first)
      ? basename(resolve(first))
      : photos.length === 1
        ? stem(photos[0]!)
        : `${stem(photos[0]!)}-and-${photos.length - 1}-more`
  return { kind: 'several', name, photos, sources: given.map((source) => resolve(source)) }
}

/** Pictures that a folder holds, by name. */
function picturesIn(folder: string): string[] {
  refuseOwnFolder(folder)
  const found = globSync('*', { cwd: folder, absolute: true, expandDirectories: false }).filter(isPictureName).sort()
  if (found.length === 0)
    throw new UsageError(`${folder}: expected a folder with pictures, found none in it; name another, or its pictures`)
  return found
}

function picturesFitting(pattern: string): string[] {
  const found = globSync(pattern, { absolute: true, expandDirectories: false, onlyFiles: true })
  if (found.length === 1) return found
  const pictures = found.filter(isPictureName).sort()
  if (pictures.length > 0) return pictures
  throw new UsageError(`${pattern}: expected pictures that fit this pattern, found none`)
}

function photoAmongSeveral(source: string): string {
  if (isConfigName(source) || presetNames().includes(source)) {
    throw new UsageError(
      `${source}: expected pictures only where there are several, found a config; bring it with --preset ${source}`,
    )
  }
  if (isStandardInput(source))
    throw new UsageError('-: expected picture files, found the standard input; save it to a file first')
  if (!existsSync(source)) throw new UsageError(`${source}: expected a picture, found no such file; check its path`)
  refuseOtherText(source)
  return source
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
  refuseOwnFolder(folder)
  const fail = (found: string): never => {
    throw new UsageError(`${folder}: expected a picture or a config, found ${found}`)
  }
  const count = globSync('*', { cwd: folder, expandDirectories: false }).filter(isPictureName).length
  if (count === 0) return fail('a folder without pictures')
  const runs = `one run of each: ${shownCommand('run', folder)}`
  return fail(`a folder with ${count} picture${count === 1 ? '' : 's'}; ${runs}`)
}

/** Folders that hold something of ours. */
function refuseOwnFolder(folder: string): void {
  const holds = (name: string) => existsSync(join(folder, name))
  const fail = (found: string): never => {
    throw new UsageError(`${folder}: expected a picture or a config, found ${found}`)
  }
  if (holds('manifest.json')) {
    fail(
      `the folder of a run; continue it with: ${shownCommand('resume', folder)}, or repeat it with: ${shownCommand('run', join(folder, 'config.json'))}`,
    )
  }
  if (holds('chain.json')) fail(`the folder of a chain; it goes on with: ${shownCommand('resume', folder)}`)
  if (holds('sweep.json'))
    fail(
      `the folder of a sweep or batch; the command that began it goes on, and its runs are compared with: ${shownCommand('compare', folder)}`,
    )
  if (holds('pack.json')) fail('a model pack; it is named with --pack')
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
