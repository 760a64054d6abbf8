/**
 * Reads config files: JSON5, `extends`, and `--set a.b=c` on top.
 *
 * Every file is checked on its own before it is merged, so that a mistake is reported where it stands. Paths inside a
 * file are relative to that file; those given with --set are relative to the current folder.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import JSON5 from 'json5'
import { cut } from '../text/visible.ts'
import { checkNesting } from './budget.ts'
import { ConfigError } from './errors.ts'
import { isObject, type JsonObject, mergeFiles } from './merge.ts'
import { checkDepth, checkPath, readDocument } from './read.ts'
import { type ConfigFragment, configFileSchema } from './relax.ts'
import { shown } from './shown.ts'
import { type DocumentSource, placeOf, validate } from './validate.ts'

/** The presets that come with the package. */
export const presetsFolder = fileURLToPath(new URL('../../configs/', import.meta.url))

/** Keys that hold paths of files; `pack` too, when it looks like one. */
const PATH_KEYS = [
  ['input'],
  ['align', 'landmarks'],
  ['init', 'latent'],
  ['init', 'noise'],
  ['degradation', 'mask', 'file'],
  ['truth', 'picture'],
] as const

/** Keys in a row in a --set; the longest of the schema has five. */
const MOST_KEYS = 16

/** Loads a config file with everything it extends. A name without a folder is also looked for among the presets. */
export function loadConfig(file: string): ConfigFragment {
  return load(findConfig(file, process.cwd()) ?? missing(file), newLoading()) as ConfigFragment
}

/** Applies `--set` options, each `a.b=c`; the value is read as JSON5, or as text when it is none. */
export function applySettings(config: ConfigFragment, settings: readonly string[]): ConfigFragment {
  let merged = config as JsonObject
  for (const setting of settings) {
    const source = { name: `--set ${cut(setting, 80)}` }
    const equals = setting.indexOf('=')
    if (equals < 1) throw new ConfigError('expected key=value, such as optimize.steps=[20,40]', { source: source.name })
    const keys = setting
      .slice(0, equals)
      .trim()
      .split('.', MOST_KEYS + 1)
    if (keys.length > MOST_KEYS)
      throw new ConfigError('expected a key of the config, found none', { source: source.name })
    const document = nested(keys, parsedOrText(setting.slice(equals + 1)))
    checkDepth(document, source.name)
    validate(configFileSchema, document, source)
    absolutePaths(document, process.cwd(), source)
    merged = mergeFiles(merged, document)
  }
  return merged as ConfigFragment
}

/** Several configs as one; later ones win. */
export function mergeConfigs(configs: readonly ConfigFragment[]): ConfigFragment {
  return configs.reduce<JsonObject>((merged, config) => mergeFiles(merged, config as JsonObject), {}) as ConfigFragment
}

/** Checks a config made in code, as a file would be checked. */
export function checkConfig(config: ConfigFragment, name = 'config'): void {
  validate(configFileSchema, config, { name })
}

/** A JSON5 file that holds an object, with the lines of its keys for error messages. */
export function readJson5(file: string): { readonly document: JsonObject; readonly source: DocumentSource } {
  return readDocument(file, shortName(file))
}

/**
 * A config that stands inside another file, such as the base of an experiment: checked and extended like a file of its
 * own, with paths relative to `folder`.
 */
export function configWithin(document: JsonObject, folder: string, source: DocumentSource): ConfigFragment {
  return completed(structuredClone(document), folder, source, newLoading()) as ConfigFragment
}

/** The loading of one config, with all that it extends. */
interface Loading {
  /** From the config that was asked for to the one being read. */
  readonly chain: readonly string[]
  /** What was read already: levels that each extend the one below twice would double at every level. */
  readonly known: Map<string, JsonObject>
  readonly count: { merged: number }
}

const newLoading = (): Loading => ({ chain: [], known: new Map(), count: { merged: 0 } })

/** Configs that extend one another in a row, and all that are put together: more than anybody keeps in mind. */
const LONGEST_CHAIN = 32
const MOST_MERGED = 1000

function load(file: string, loading: Loading): JsonObject {
  const { chain, known } = loading
  const name = shortName(file)
  if (chain.includes(file)) {
    const circle = [...chain.slice(chain.indexOf(file)), file].map((path) => basename(path)).join(' → ')
    throw new ConfigError(`expected "extends" to end somewhere, found a circle: ${circle}`, { source: name })
  }
  if (chain.length >= LONGEST_CHAIN) {
    throw new ConfigError(`expected at most ${LONGEST_CHAIN} configs that extend one another, found more`, {
      source: name,
    })
  }
  const before = known.get(file)
  if (before) return before
  const { document, source } = readJson5(file)
  const config = completed(document, dirname(file), source, { ...loading, chain: [...chain, file] })
  known.set(file, config)
  return config
}

function completed(document: JsonObject, folder: string, source: DocumentSource, loading: Loading): JsonObject {
  validate(configFileSchema, document, source)
  const { extends: bases, $schema: _, ...own } = document
  absolutePaths(own, folder, source)

  const names = bases === undefined ? [] : Array.isArray(bases) ? (bases as string[]) : [bases as string]
  let merged: JsonObject = {}
  for (const base of names) {
    const place = placeOf(source, ['extends'])
    const found = findConfig(base, folder)
    if (found === undefined) {
      throw new ConfigError(
        `expected a config file or a preset (${presetNames().join(', ')}), found no file ${shown(base)}`,
        place,
      )
    }
    if (++loading.count.merged > MOST_MERGED)
      throw new ConfigError(`expected at most ${MOST_MERGED} configs in one, found more`, place)
    merged = mergeFiles(merged, load(found, loading))
  }
  return mergeFiles(merged, own)
}

function findConfig(name: string, folder: string): string | undefined {
  const candidates = [resolve(folder, name), resolve(folder, `${name}.json5`)]
  if (!isAbsolute(name)) candidates.push(join(presetsFolder, name), join(presetsFolder, `${name}.json5`))
  return candidates.find((path) => existsSync(path) && statSync(path).isFile())
}

/** Names of the presets. */
export function presetNames(): string[] {
  return readdirSync(presetsFolder).flatMap((name) =>
    name.endsWith('.json5') ? [name.slice(0, -'.json5'.length)] : [],
  )
}

function missing(file: string): never {
  const presets = presetNames().join(', ')
  throw new ConfigError(`expected a config file or a preset (${presets}), found no such file`, { source: file })
}

function absolutePaths(document: JsonObject, folder: string, source: DocumentSource): void {
  for (const path of PATH_KEYS) {
    let parent: unknown = document
    for (const key of path.slice(0, -1)) parent = isObject(parent) ? parent[key] : undefined
    const key = path.at(-1)!
    if (!isObject(parent) || typeof parent[key] !== 'string') continue
    const resolved = resolve(folder, parent[key])
    checkPath(parent[key], resolved, placeOf(source, path))
    parent[key] = resolved
  }
  const { pack } = document
  if (typeof pack === 'string' && /[/\\]/u.test(pack)) document.pack = resolve(folder, pack)
}

/** An object with one key, at the end of a path of keys. */
export function nested(path: readonly string[], value: unknown): JsonObject {
  if (path.length > MOST_KEYS) {
    throw new ConfigError(`expected a dotted key, found one of ${path.length} parts`, { source: path[0]! })
  }
  const [first, ...rest] = path
  return { [first!]: rest.length > 0 ? nested(rest, value) : value }
}

function parsedOrText(text: string): unknown {
  try {
    checkNesting(text)
    return JSON5.parse(text)
  } catch {
    return text
  }
}

function shortName(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') ? file : path
}
