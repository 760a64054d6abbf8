/** The description of a synthetic set, set.json: pictures, their truths, and everything that lies between the two. */
import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { readJson } from '../config/budget.ts'
import { ConfigError } from '../config/errors.ts'
import { MOST_ALIGNED_PIXELS, MOST_RADIUS, nonNegative, positiveInteger } from '../config/schema-numbers.ts'
import { validate } from '../config/validate.ts'
import { reasonOf } from '../text/visible.ts'
import { operationSchema } from './damage/operations.ts'

const itemSchema = z.strictObject({
  name: z.string().min(1).describe('Unique in the set.'),
  input: z.string().min(1).describe('The old picture, relative to set.json.'),
  truth: z.string().min(1).describe('The modern picture that it was made of, likewise.'),
  aligned: z.boolean(),
  sensitivity: z.enum(['b', 'gb', 'g']).nullable().describe('What the film saw; null: no film was there.'),
  degradation: z.record(z.string(), z.unknown()).describe("The true stages and values, as a config's `degradation`."),
  noise: z
    .object({ deviation: nonNegative(1), size: nonNegative(MOST_RADIUS), seed: z.int().min(0).max(0xffffffff) })
    .nullable()
    .optional()
    .describe('Grain that was added afterwards; null: none.'),
  damage: z.array(operationSchema).max(1000).optional().describe('What followed the film, one after the other.'),
  source: z.looseObject({ kind: z.string() }).describe('Where the truth comes from.'),
})

/** Schema of set.json. */
export const setSchema = z.strictObject({
  format: z.literal('rephoto-set'),
  formatVersion: z.literal(1),
  description: z.string(),
  pack: z.string().describe('Name of the pack whose generator drew the truths, or whose size they have.'),
  generator: z.string().optional().describe('SHA-256 of the generator that drew them.'),
  size: positiveInteger(MOST_ALIGNED_PIXELS).describe(
    'Side of the pictures in pixels; the longest of whole photographs.',
  ),
  seed: z.int().min(0).max(0xffffffff),
  recipe: z.unknown().optional().describe('What the set was drawn by.'),
  items: z.array(itemSchema).min(1).max(100_000),
})

/** A set as it is written; paths relative to its file. */
export type SyntheticSet = z.infer<typeof setSchema>
export type SetItem = z.infer<typeof itemSchema>

/**
 * Reads a set with absolute paths.
 * @param path its folder or its set.json
 * @throws ConfigError, one line
 */
export function readSet(path: string): SyntheticSet {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  const file = resolve(isFolder ? join(path, 'set.json') : path)
  let document: unknown
  try {
    document = readJson(file)
  } catch (cause) {
    const found = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : reasonOf(cause)
    throw new ConfigError(`expected a set made by rephoto synth, found ${found}`, { source: file }, { cause })
  }
  validate(setSchema, document, { name: file })
  const set = document as SyntheticSet
  const folder = dirname(file)
  const items = set.items.map((item) => ({
    ...item,
    input: resolve(folder, item.input),
    truth: resolve(folder, item.truth),
  }))
  return { ...set, items }
}
