/**
 * What a run is bound to: the config, the files and the weights that it was begun with, and what was prepared from them. A run that
 * goes on with something else would have a record that is not true, so whatever has changed is named, key by key. The saved state
 * carries hashes of the same, so that a state of another run, or a manifest edited along with its config, is seen too.
 *
 * Runs of earlier versions have no binding; of them the manifest's own numbers are compared with the config.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ConfigKind } from '../config/kind.ts'
import { isObject, type JsonObject } from '../config/merge.ts'
import { leavesOf } from '../config/origin.ts'
import { cut, oneLine } from '../text/visible.ts'
import { RunFolderError } from './errors.ts'
import { runName } from './folder.ts'
import { sha256File } from './hash.ts'
import { inside, isInside } from './inside.ts'
import type { HashedFile, Manifest } from './manifest.ts'

/** In a manifest. */
export interface Binding {
  /** The complete config as config.json had it: values as JSON, by dotted key. */
  readonly config: Readonly<Record<string, string>>
  /** Hashes of the files that the config names, by the key that names them. */
  readonly files: Readonly<Record<string, string>>
  /** Hashes of what the first half of the run left, by file name; absent until it has. */
  prepared?: Readonly<Record<string, string>>
}

/** What a binding asks of the configs of a method. */
type Kind = Pick<ConfigKind, 'files' | 'orderedAt'>

/** Keys that change nothing of what is computed: where files lie is not bound, what they hold is (`input` by the manifest itself). */
function isFree(key: string, { files }: Binding): boolean {
  return key === 'input' || key === 'output.saveEverySeconds' || Object.hasOwn(files, key)
}

/** Binds a run that begins. @param config as config.json has it */
export function bind(config: object, kind: Kind): Binding {
  return {
    config: Object.fromEntries(jsonLeaves(config as JsonObject)),
    files: fileHashes(config as JsonObject, kind),
  }
}

/** Hashes of what was prepared. @param names as the method has them */
export function preparedHashes(folder: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, sha256File(inside(folder, name))]))
}

/**
 * Compares a run's config with what it was begun with.
 *
 * @param config as config.json has it now
 * @param steps of each stage, by that config
 * @throws RunFolderError that names every key that differs
 */
export function checkConfigBinding(
  folder: string,
  { binding, seed, stages, stepsTotal }: Manifest,
  config: JsonObject,
  steps: readonly number[],
  kind: Kind,
): void {
  const path = join(folder, runName.config)
  const differing = binding ? configDifferences(binding, config, kind) : []
  const leftOut = stages.reduce((sum, { steps: planned, taken = planned }) => sum + planned - taken, 0)
  const ofManifest: [key: string, manifest: unknown, config: unknown][] = [
    ['seed', seed, config.seed],
    ['optimize.steps', JSON.stringify(stages.map((stage) => stage.steps)), JSON.stringify(steps)],
    ['the sum of optimize.steps', stepsTotal + leftOut, steps.reduce((sum, count) => sum + count, 0)],
  ]
  for (const [key, expected, found] of ofManifest) {
    if (expected !== found && !differing.some((line) => line.startsWith(`${key}: `))) {
      differing.push(`${key}: expected ${expected}, found ${found}`)
    }
  }
  if (differing.length > 0) {
    throw new RunFolderError(
      `${path}: ${listed(differing)}; this run was begun with the expected values (manifest.json): put them back, or start another with rephoto run ${path}`,
    )
  }
  if (!binding) return
  const now = fileHashes(config, kind)
  const changed = Object.entries(binding.files).filter(([key, sha256]) => now[key] !== sha256)
  if (changed.length === 0) return
  const lines = changed.map(
    ([key, sha256]) => `${key}: expected the file of sha256 ${sha256.slice(0, 12)}…, found ${shownHash(now[key])}`,
  )
  throw new RunFolderError(
    `${path}: ${listed(lines)}; put back the files that this run was begun with, or start it anew`,
  )
}

/** For readers: that the config is not the one that the run was made with; undefined where it is, or nobody knows. */
export function configRemark({ binding }: Manifest, config: JsonObject, kind: Kind): string | undefined {
  const differing = binding ? configDifferences(binding, config, kind) : []
  if (differing.length === 0) return undefined
  return `config.json was changed after the run began: ${listed(differing)}; what is shown was made with the expected values`
}

/** @throws RunFolderError that names every network that is another now */
export function checkWeightsBinding({ pack }: Pick<Manifest, 'pack'>, now: readonly HashedFile[]): void {
  const found = new Map(now.map(({ name, sha256 }) => [name, sha256]))
  const before = new Map(pack.files.map(({ name, sha256 }) => [name, sha256]))
  const names = [...new Set([...before.keys(), ...found.keys()])].filter((name) => before.get(name) !== found.get(name))
  if (names.length === 0) return
  const lines = names.map(
    (name) => `another ${name} (expected sha256 ${shownHash(before.get(name))}, found ${shownHash(found.get(name))})`,
  )
  throw new RunFolderError(
    `pack ${pack.name}: expected the weights that this run began with, found ${listed(lines)}; put them back, or start the run anew`,
  )
}

/**
 * Compares what was prepared with what is there.
 *
 * @returns whether all is there; what is missing is prepared again, to the same bytes
 * @throws RunFolderError that names every file that is another now
 */
export function checkPrepared(folder: string, prepared: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(prepared)
  const present = names.filter((name) => isInside(folder, name))
  const found = new Map(present.map((name) => [name, sha256File(inside(folder, name))]))
  const lines = present.flatMap((name) =>
    found.get(name) === prepared[name]
      ? []
      : [`${name}: expected sha256 ${shownHash(prepared[name])}, found ${shownHash(found.get(name))}`],
  )
  if (lines.length === 0) return present.length === names.length
  throw new RunFolderError(
    `${folder}: ${listed(lines)}; put back what this run has prepared, or remove all of ${names.join(', ')} and it is prepared again`,
  )
}

/** What a saved state says of the run that it is of; nothing for a run without a binding. */
export function stateNotes({ binding, input, pack }: Manifest): Record<string, string> {
  if (!binding) return {}
  const config = Object.entries(binding.config).filter(([key]) => !isFree(key, binding))
  return {
    'bound.config': hashOf(config),
    'bound.input': hashOf([input.sha256, binding.files]),
    'bound.weights': hashOf(pack.files.map(({ name, sha256 }) => [name, sha256])),
    'bound.prepared': hashOf(binding.prepared ?? null),
  }
}

/** @throws RunFolderError where a state is of another run, or the manifest was changed since */
export function checkState(folder: string, manifest: Manifest, notes: Readonly<Record<string, string>>): void {
  const expected = stateNotes(manifest)
  const differing = Object.keys(expected).filter((key) => notes[key] !== expected[key])
  if (differing.length === 0) return
  const words = differing.map((key) => key.replace('bound.', ''))
  throw new RunFolderError(
    `${join(folder, runName.state)}: expected the state of this run, found one with another ${words.join(', another ')} than manifest.json says; restore both files from a copy, or start the run anew`,
  )
}

function configDifferences(binding: Binding, config: JsonObject, kind: Kind): string[] {
  const { config: before } = binding
  const now = jsonLeaves(config)
  const keys = [...new Set([...Object.keys(before), ...now.keys()])].filter((key) => !isFree(key, binding))
  const differing = keys.filter((key) => before[key] !== now.get(key))
  const lines = differing.map((key) => `${key}: expected ${shownValue(before[key])}, found ${shownValue(now.get(key))}`)
  if (lines.length > 0) return lines
  const orders = [...new Set(keys.map((key) => key.split('.')[0]!))].filter((part) => kind.orderedAt([part]))
  for (const part of orders) {
    const order = (all: Iterable<string>) => [...all].filter((key) => key.startsWith(`${part}.`)).join()
    if (order(Object.keys(before)) !== order(now.keys()))
      lines.push(`${part}: expected its parts in another order, found them changed`)
  }
  return lines
}

/** Values by dotted key, as JSON. */
function jsonLeaves(config: JsonObject): Map<string, string> {
  return new Map([...leavesOf(config)].map(([key, value]) => [key, JSON.stringify(value)]))
}

function fileHashes(config: JsonObject, { files }: Kind): Record<string, string> {
  const named = files.flatMap((path) => namedFiles(config, path)).filter(([key]) => key !== 'input')
  return Object.fromEntries(named.map(([key, path]) => [key, existsSync(path) ? sha256File(path) : 'missing']))
}

/** Files that a config names at a path of keys, by dotted key; '*' goes through a list. */
export function namedFiles(
  value: unknown,
  [key, ...rest]: readonly string[],
  before: readonly string[] = [],
): [key: string, path: string][] {
  if (key === undefined) return typeof value === 'string' ? [[before.join('.'), value]] : []
  if (key === '*')
    return Array.isArray(value) ? value.flatMap((item, i) => namedFiles(item, rest, [...before, String(i)])) : []
  return isObject(value) ? namedFiles(value[key], rest, [...before, key]) : []
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

const MOST_LINES = 6

/** Keys, values and names are those of files: what of them can't be shown is escaped. */
function listed(lines: readonly string[]): string {
  const more = lines.length > MOST_LINES ? ` and ${lines.length - MOST_LINES} more` : ''
  return oneLine(lines.slice(0, MOST_LINES).join(', ')) + more
}

function shownValue(json: string | undefined): string {
  return json === undefined ? 'nothing' : cut(json, 60)
}

function shownHash(sha256: string | undefined): string {
  return sha256 === undefined ? 'no such file' : sha256.length > 12 ? `${sha256.slice(0, 12)}…` : sha256
}
