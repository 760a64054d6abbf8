/**
 * From the entries of an experiment to its inputs: pictures, each with the config keys that belong to it and, where there
 * is one, its truth.
 */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import picomatch from 'picomatch'
import { globSync, isDynamicPattern } from 'tinyglobby'
import type { Fragment } from '../config/load.ts'
import { isObject, type JsonObject } from '../config/merge.ts'
import type { DocumentSource } from '../config/validate.ts'
import { configWithin, kindOf, mergeConfigs } from '../methods/configs.ts'
import { readSet } from '../synth/set.ts'
import { fromDotted } from './dotted.ts'
import { SweepError } from './error.ts'
import { checkDistinct, slug } from './names.ts'
import type { ExperimentFile, InputEntry } from './schema.ts'

/** What is known of how a picture came to be. */
export interface Truth {
  readonly picture: string | null
  readonly degradation: JsonObject | null
  readonly sensitivity?: string
}

/** A picture of an experiment. */
export interface SweepInput {
  readonly name: string
  readonly path: string
  /** The keys that come with it. */
  readonly config: Fragment
  readonly truth?: Truth
}

const PICTURES = new Set(['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.avif', '.gif'])

/**
 * Finds the inputs of an experiment.
 *
 * @param base config of the experiment, whose method the inputs' keys are of
 * @param note told of optional entries that are not there
 */
export function findInputs(
  entries: ExperimentFile['inputs'],
  base: Fragment,
  folder: string,
  source: DocumentSource,
  note: (message: string) => void,
): SweepInput[] {
  const inputs = entries.flatMap((entry, index) => {
    const place = `${source.name}: inputs.${index}`
    if ((entry.set === undefined) === (entry.files === undefined)) {
      throw new SweepError(`${place}: expected either "set" or "files", found ${entry.set ? 'both' : 'neither'}`)
    }
    const what = [entry.set ?? entry.files ?? []].flat().join(', ')
    const all =
      entry.set === undefined ? pictures(entry, folder) : itemsOfSet(entry, resolve(folder, expanded(entry.set)))
    const chosen = choose(all, entry)
    if (chosen.length === 0) {
      if (!entry.optional) throw new SweepError(`${place}: expected pictures at ${what}, found none`)
      note(`left out, for it is not there: ${what}`)
    }
    const { method } = base
    const settings = { ...(method === undefined ? {} : { method }), ...fromDotted(kindOf(base), entry.with ?? {}) }
    const own = configWithin(settings, folder, { name: `${place}.with` })
    return chosen.map((input) => ({
      ...input,
      name: slug(`${entry.prefix ?? ''}${input.name}`),
      config: mergeConfigs([knownTo(base, input.config), own]),
    }))
  })
  if (inputs.length === 0) {
    throw new SweepError(`${source.name}: expected at least one input, found that all optional ones are absent`)
  }
  checkDistinct(
    inputs.map(({ name }) => name),
    'inputs',
    'give one of their entries a "prefix"',
  )
  return inputs
}

/** What of a picture's keys the method of an experiment has: a set says how a portrait was taken, whoever works on it. */
export function knownTo(base: Fragment, keys: Fragment): Fragment {
  const { shape } = kindOf(base).complete
  return Object.fromEntries(Object.entries(keys).filter(([key]) => key in shape))
}

function choose(all: readonly SweepInput[], { items, take }: InputEntry): SweepInput[] {
  const matches = items === undefined ? () => true : picomatch(items)
  return all.filter(({ name }) => matches(name)).slice(0, take)
}

function itemsOfSet({ optional }: InputEntry, path: string): SweepInput[] {
  if (optional && !existsSync(path)) return []
  return readSet(path).items.map((item) => ({
    name: item.name,
    path: item.input,
    config: {
      ...(item.aligned ? { align: { mode: 'none' as const } } : {}),
      ...(item.sensitivity === null ? {} : { sensitivity: item.sensitivity }),
    },
    truth: {
      picture: item.truth,
      degradation: item.degradation,
      ...(item.sensitivity === null ? {} : { sensitivity: item.sensitivity }),
    },
  }))
}

function pictures({ files, truth }: InputEntry, folder: string): SweepInput[] {
  const patterns = [files ?? []].flat().map((pattern) => expanded(pattern))
  const found = [...new Set(patterns.flatMap((pattern) => picturesAt(pattern, folder)))]
  const nameOf = (path: string) => basename(path, extname(path))
  if (truth === undefined) return found.map((path) => ({ name: nameOf(path), path, config: {} }))
  const truthOf = (path: string) =>
    join(
      dirname(path),
      truth.replaceAll('{name}', () => nameOf(path)),
    )
  // Where they lie in the same folder, a pattern brings truths along.
  const truths = new Set(found.filter((path) => truthOf(path) !== path).map(truthOf))
  return found.flatMap((path) => {
    if (truths.has(path)) return []
    const [name, picture] = [nameOf(path), truthOf(path)]
    if (!existsSync(picture)) throw new SweepError(`${picture}: expected the truth of ${basename(path)}, found none`)
    return { name, path, config: {}, truth: { picture, degradation: null } }
  })
}

function picturesAt(pattern: string, folder: string): string[] {
  const path = resolve(folder, pattern)
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return [path]
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  if (!isFolder && !isDynamicPattern(pattern)) return []
  const glob = isFolder ? '*' : pattern
  const paths = globSync(glob, { cwd: isFolder ? path : folder, absolute: true, expandDirectories: false })
  return paths.filter(isPictureName).sort()
}

/** Whether a name is that of a picture. */
export function isPictureName(path: string): boolean {
  return PICTURES.has(extname(path).toLowerCase())
}

/** Environment variables as in a shell: $NAME in braces, with :- and a default if it is not set. */
export function expanded(text: string): string {
  return text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/gu, (_, name: string, fallback: string | undefined) => {
    const value = process.env[name] || fallback
    if (value === undefined) throw new SweepError(`${text}: expected the environment variable ${name}, found none`)
    return value
  })
}

/** The value at a dotted key of a truth; undefined where it says nothing. */
export function trueValue({ degradation, sensitivity }: Truth, key: string): unknown {
  let here: unknown = { degradation, sensitivity }
  for (const part of key.split('.')) here = isObject(here) ? here[part] : undefined
  return here ?? undefined
}
