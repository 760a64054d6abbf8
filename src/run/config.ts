/**
 * config.json of a run, read back: checked like a config file, but complete, for a run writes it so. Keys that came with later versions may
 * be missing deep inside and are filled from the reference, as a run that goes on fills them; the parts themselves must be there.
 */
import { join } from 'node:path'
import { asConfigFile, type ResolvedConfig, referenceConfig, runSchema, stageDefaults } from '../config/index.ts'
import { isObject, type JsonObject } from '../config/merge.ts'
import { mistakeIn, parsedJson } from './document.ts'
import { RunFolderError } from './errors.ts'
import { runName } from './folder.ts'
import { isInside, MOST_TEXT_BYTES, readInside } from './inside.ts'

/** Parts that no version has left out. */
const PARTS = [
  'seed',
  'pack',
  'sensitivity',
  'align',
  'encode',
  'histogram',
  'degradation',
  'losses',
  'optimize',
  'output',
]

const TODO = 'put the file back that the run wrote, or start another run'

/** A run's config: as it stands in the file, and complete. */
export interface RunConfig {
  readonly document: JsonObject
  readonly config: ResolvedConfig
}

/**
 * Reads the config of a run.
 *
 * @param size side of the pack's generator, by the manifest
 * @throws RunFolderError: file, key, what was expected and found
 */
export function readRunConfig(folder: string, size: number): RunConfig {
  const path = join(folder, runName.config)
  if (!isInside(folder, runName.config)) {
    throw new RunFolderError(`${path}: expected the config of the run, found no such file; ${TODO}`)
  }
  const document = parsedJson(readInside(folder, runName.config, MOST_TEXT_BYTES).toString('utf8'), path, TODO)
  if (!isObject(document)) throw new RunFolderError(`${path}: expected an object, found another value; ${TODO}`)
  const filled = complete(document, size)
  const result = runSchema.safeParse(filled)
  if (!result.success) throw new RunFolderError(`${path}: ${mistakeIn(runSchema, filled, result.error)}; ${TODO}`)
  // The schema transforms nothing; its own output would lose the order of the stages.
  return { document, config: filled as unknown as ResolvedConfig }
}

/** A complete config as a reader shows it: stages that were removed are named, too. */
export function shownConfig(config: ResolvedConfig, size: number): ResolvedConfig {
  return asConfigFile(config, Math.max(16, size)) as ResolvedConfig
}

function complete(document: JsonObject, size: number): JsonObject {
  const { $schema: _, ...own } = document
  const reference = referenceConfig(Math.max(16, size)) as unknown as JsonObject
  const filled: JsonObject = {}
  for (const [key, value] of Object.entries(own)) filled[key] = value
  for (const [key, value] of Object.entries(reference)) {
    if (!Object.hasOwn(own, key)) {
      if (!PARTS.includes(key)) filled[key] = value
    } else if (key !== 'degradation') filled[key] = withMissing(own[key], value)
  }
  if (isObject(own.degradation)) {
    const defaults = stageDefaults() as JsonObject
    const stages = Object.entries(own.degradation).filter(([, stage]) => stage !== null)
    filled.degradation = Object.fromEntries(stages.map(([name, stage]) => [name, withMissing(stage, defaults[name])]))
  }
  return filled
}

/** Only what is absent is filled; null is a value, and a wrong one where no null may be. */
function withMissing(value: unknown, reference: unknown): unknown {
  if (!isObject(value) || !isObject(reference)) return value
  const filled: JsonObject = { ...value }
  for (const [key, inner] of Object.entries(reference)) {
    filled[key] = Object.hasOwn(value, key) ? withMissing(value[key], inner) : inner
  }
  return filled
}
