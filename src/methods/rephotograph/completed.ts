/**
 * The config of a run folder, complete: keys that came with later versions may be missing deep inside and are filled from the
 * reference, as a run that goes on fills them; the parts themselves must be there.
 */
import { isObject, type JsonObject, withMissing } from '../../config/merge.ts'
import { referenceConfig, stageDefaults } from './reference.ts'

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

/** @param size side of the pack's generator */
export function completed(document: JsonObject, size: number): JsonObject {
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
