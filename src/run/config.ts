/**
 * config.json of a run, read back: checked like a config file, but complete, for a run writes it so. Keys that came with later versions may
 * be missing deep inside and are filled from the reference, as a run that goes on fills them; the parts themselves must be there.
 */
import { join } from 'node:path'
import type { ConfigKind } from '../config/kind.ts'
import { isObject, type JsonObject } from '../config/merge.ts'
import { mistakeIn, parsedJson } from './document.ts'
import { RunFolderError } from './errors.ts'
import { runName } from './folder.ts'
import { isInside, MOST_TEXT_BYTES, readInside } from './inside.ts'

const TODO = 'put the file back that the run wrote, or start another run'

/** A run's config: as it stands in the file, and complete. */
export interface RunConfig {
  readonly document: JsonObject
  readonly config: JsonObject
}

/** What the reading of a config asks of a method. */
export interface ConfigReader {
  readonly config: Pick<ConfigKind, 'complete'>
  completed(document: JsonObject, size: number): JsonObject
}

/**
 * Reads the config of a run.
 *
 * @param size side of the pack's generator, by the manifest
 * @throws RunFolderError: file, key, what was expected and found
 */
export function readRunConfig(folder: string, method: ConfigReader, size: number): RunConfig {
  const path = join(folder, runName.config)
  if (!isInside(folder, runName.config)) {
    throw new RunFolderError(`${path}: expected the config of the run, found no such file; ${TODO}`)
  }
  const document = parsedJson(readInside(folder, runName.config, MOST_TEXT_BYTES).toString('utf8'), path, TODO)
  if (!isObject(document)) throw new RunFolderError(`${path}: expected an object, found another value; ${TODO}`)
  const filled = method.completed(document, size)
  const schema = method.config.complete
  const result = schema.safeParse(filled)
  if (!result.success) throw new RunFolderError(`${path}: ${mistakeIn(schema, filled, result.error)}; ${TODO}`)
  // The schema transforms nothing; its own output would lose the order of ordered objects.
  return { document, config: filled }
}
