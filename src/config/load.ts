/**
 * Reads config files: JSON5, `extends`, and `--set a.b=c` on top.
 *
 * Every file is checked on its own before it is merged, so that a mistake is reported where it stands. Paths inside a
 * file are relative to that file; those given with --set are relative to the current folder.
 */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import JSON5 from 'json5'
import { cut } from '../text/visible.ts'
import { checkNesting } from './budget.ts'
import { ConfigError } from './errors.ts'
import { type ConfigKind, MOST_EXTENDED } from './kind.ts'
import { isObject, type JsonObject, mergeFiles } from './merge.ts'
import { presetNames, presetsFolder } from './presets.ts'
import { checkPath, readDocument } from './read.ts'
import { shown } from './shown.ts'
import { type DocumentSource, placeOf, validate } from './validate.ts'

/** A config, or a part of one; of which method, its key `method` says. */
export type Fragment = JsonObject & { readonly method?: unknown }

/** The methods that a config can name, and the one that it means without a name. */
export interface Kinds {
  readonly names: readonly string[]
  readonly standard: string
  kindOf(method: string): ConfigKind
}

/** Loads, checks and merges the configs of some methods. */
export interface ConfigLoader {
  /** Loads a config file with everything it extends. A name without a folder is also looked for among the presets. */
  loadConfig(file: string): Fragment
  /** The same, and what it was put together from: one after the other, the later ones winning. */
  loadLayers(file: string): { readonly config: Fragment; readonly layers: readonly Layer[] }
  /** Applies `--set` options, each `a.b=c`; the value is read as JSON5, or as text when it is none. */
  applySettings(config: Fragment, settings: readonly string[]): Fragment
  /** Several configs as one; later ones win. */
  mergeConfigs(configs: readonly Fragment[]): Fragment
  /** Checks a config made in code, as a file would be checked. */
  checkConfig(config: Fragment, name?: string): void
  /**
   * A config that stands inside another file, such as the base of an experiment: checked and extended like a file of its
   * own, with paths relative to `folder`.
   */
  configWithin(document: JsonObject, folder: string, source: DocumentSource): Fragment
  /** Of which method a config is. @throws ConfigError where there is no such method */
  kindOf(config: Fragment, source?: DocumentSource): ConfigKind
}

/** One file of a config, with the keys that stand in it. */
export interface Layer {
  /** As messages name it. */
  readonly name: string
  readonly config: Fragment
}

/** Parts of a dotted key; the longest of the schema has five. */
const MOST_KEYS = 16

/** A loader for some methods. */
export function configLoader(kinds: Kinds): ConfigLoader {
  const kindOf = (config: Fragment, source: DocumentSource = { name: 'config' }): ConfigKind => {
    const method = config.method ?? kinds.standard
    if (typeof method === 'string' && kinds.names.includes(method)) return kinds.kindOf(method)
    const names = kinds.names.map((name) => JSON.stringify(name)).join(', ')
    throw new ConfigError(`expected one of ${names}, found ${shown(method)}`, placeOf(source, ['method']))
  }
  const newLoading = (): Loading => ({ kindOf, chain: [], known: new Map(), count: { merged: 0 }, layers: [] })
  return {
    kindOf,
    loadConfig: (file) => load(findConfig(file, process.cwd()) ?? missing(file), newLoading()),
    loadLayers(file) {
      const loading = newLoading()
      const config = load(findConfig(file, process.cwd()) ?? missing(file), loading)
      return { config, layers: loading.layers }
    },
    applySettings(config, settings) {
      let merged = config
      for (const setting of settings) merged = withSetting(merged, setting, kindOf)
      return merged
    },
    mergeConfigs: (configs) =>
      configs.reduce<Fragment>((merged, config) => {
        const kind = kindOf({ method: config.method ?? merged.method })
        return mergeFiles(kind, merged, config)
      }, {}),
    checkConfig: (config, name = 'config') => validate(kindOf(config, { name }).file, config, { name }),
    configWithin: (document, folder, source) => completed(structuredClone(document), folder, source, newLoading()),
  }
}

function withSetting(config: Fragment, setting: string, kindOf: ConfigLoader['kindOf']): Fragment {
  const source = { name: `--set ${cut(setting, 80)}` }
  const equals = setting.indexOf('=')
  if (equals < 1) throw new ConfigError('expected key=value, such as optimize.steps=[20,40]', { source: source.name })
  const keys = setting.slice(0, equals).trim().split('.')
  const document = nested(keys, parsedOrText(setting.slice(equals + 1)))
  const kind = kindOf({ method: document.method ?? config.method }, source)
  validate(kind.file, document, source)
  absolutePaths(kind, document, process.cwd(), source)
  return mergeFiles(kind, config, document)
}

/** A JSON5 file that holds an object, with the lines of its keys for error messages. */
export function readJson5(file: string): { readonly document: JsonObject; readonly source: DocumentSource } {
  return readDocument(file, shortName(file))
}

/** The loading of one config, with all that it extends. */
interface Loading {
  readonly kindOf: ConfigLoader['kindOf']
  /** From the config that was asked for to the one being read. */
  readonly chain: readonly string[]
  /** What was read already: levels that each extend the one below twice would double at every level. */
  readonly known: Map<string, { readonly config: JsonObject; readonly layers: readonly Layer[] }>
  readonly count: { merged: number }
  /** In the order in which they are merged. */
  readonly layers: Layer[]
}

/** Configs that extend one another in a row, and all that are put together: more than anybody keeps in mind. */
const LONGEST_CHAIN = 50
const MOST_MERGED = 1000

function load(file: string, loading: Loading): JsonObject {
  const { chain, known } = loading
  const name = shortName(file)
  if (chain.includes(file)) {
    const circle = [...chain.slice(chain.indexOf(file)), file].map((path) => basename(path)).join(' → ')
    throw new ConfigError(`expected "extends" to end somewhere, found a circle: ${circle}`, { source: name })
  }
  if (chain.length >= LONGEST_CHAIN) {
    throw new ConfigError(`expected at most ${LONGEST_CHAIN} configs of which each extends the next, found more`, {
      source: name,
    })
  }
  const before = known.get(file)
  if (before) {
    append(loading.layers, before.layers)
    return before.config
  }
  const { document, source } = readJson5(file)
  const layers: Layer[] = []
  const config = completed(document, dirname(file), source, { ...loading, chain: [...chain, file], layers })
  known.set(file, { config, layers })
  append(loading.layers, layers)
  return config
}

/** A file that is merged again has its say later: it stands once, where it is last. */
function append(all: Layer[], layers: readonly Layer[]): void {
  for (const layer of layers) {
    const earlier = all.indexOf(layer)
    if (earlier >= 0) all.splice(earlier, 1)
    all.push(layer)
  }
}

function completed(document: JsonObject, folder: string, source: DocumentSource, loading: Loading): JsonObject {
  const { extends: bases } = document
  const names =
    bases === undefined ? [] : (Array.isArray(bases) ? bases : [bases]).filter((base) => typeof base === 'string')
  const loaded = names.slice(0, MOST_EXTENDED).map((base) => loadBase(base, folder, source, loading))
  // Which method a config is of, it says itself, or what it extends does.
  const said = document.method ?? loaded.findLast(({ method }) => method !== undefined)?.method
  const kind = loading.kindOf({ ...(said === undefined ? {} : { method: said }) }, source)
  validate(kind.file, document, source)
  const { extends: _, $schema: __, ...own } = document
  absolutePaths(kind, own, folder, source)
  let merged: JsonObject = {}
  loaded.forEach((base, i) => {
    const other = loading.kindOf(base, source).method
    if (base.method !== undefined && other !== kind.method)
      throw new ConfigError(
        `expected configs of the method "${kind.method}", found ${shown(names[i])} of "${other}"`,
        placeOf(source, ['extends']),
      )
    merged = mergeFiles(kind, merged, base)
  })
  loading.layers.push({ name: source.name, config: own })
  return mergeFiles(kind, merged, own)
}

function loadBase(base: string, folder: string, source: DocumentSource, loading: Loading): JsonObject {
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
  return load(found, loading)
}

function findConfig(name: string, folder: string): string | undefined {
  const candidates = [resolve(folder, name), resolve(folder, `${name}.json5`)]
  if (!isAbsolute(name)) candidates.push(join(presetsFolder, name), join(presetsFolder, `${name}.json5`))
  return candidates.find((path) => existsSync(path) && statSync(path).isFile())
}

function missing(file: string): never {
  const presets = presetNames().join(', ')
  throw new ConfigError(`expected a config file or a preset (${presets}), found no such file`, { source: file })
}

function absolutePaths(kind: ConfigKind, document: JsonObject, folder: string, source: DocumentSource): void {
  for (const path of kind.files) resolveAt(document, path, [], folder, source)
  const { pack } = document
  if (typeof pack === 'string' && /[/\\]/u.test(pack)) document.pack = resolve(folder, pack)
}

/** Makes the text at a path of keys an absolute path of the file system; '*' goes through a list. */
function resolveAt(
  parent: unknown,
  [key, ...rest]: readonly string[],
  before: readonly string[],
  folder: string,
  source: DocumentSource,
): void {
  if (key === '*') {
    if (Array.isArray(parent))
      for (const [i, item] of parent.entries()) resolveAt(item, rest, [...before, String(i)], folder, source)
    return
  }
  if (key === undefined || !isObject(parent)) return
  const value = parent[key]
  if (rest.length > 0) {
    resolveAt(value, rest, [...before, key], folder, source)
    return
  }
  if (typeof value !== 'string') return
  const resolved = resolve(folder, value)
  checkPath(value, resolved, placeOf(source, [...before, key]))
  parent[key] = resolved
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
