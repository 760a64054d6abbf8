// Every number that a file of a user or a stranger may say has bounds that a machine can meet, every list a length. The
// schemas are walked whole: who adds a key without bounds hears of it here.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { validate } from '../../src/config/validate.ts'
import { degradationSchema } from '../../src/degrade/schema.ts'
import { configKinds } from '../../src/methods/configs.ts'
import { packSettingsSchema, rephotographConfig } from '../../src/methods/rephotograph/config.ts'
import { runSchema } from '../../src/methods/rephotograph/schema.ts'
import { installedSchema } from '../../src/models/installed.ts'
import { packSchema } from '../../src/models/pack.ts'
import { experimentSchema } from '../../src/sweep/schema.ts'
import { noiseSchema, recipeSchema } from '../../src/synth/recipe.ts'
import { setSchema } from '../../src/synth/set.ts'

type Node = z.core.JSONSchema.BaseSchema

/** Paths of numbers without both bounds, and of lists without a length, in a JSON Schema. */
function unbounded(node: Node, path = ''): string[] {
  const inner = [
    ...Object.entries(node.properties ?? {}).map(([key, value]) => [`${path}.${key}`, value] as const),
    ...(node.anyOf ?? []).map((option) => [path, option] as const),
    ...(node.oneOf ?? []).map((option) => [path, option] as const),
    ...(node.prefixItems ?? []).map((item) => [`${path}[]`, item] as const),
    ...(node.items && !Array.isArray(node.items) ? [[`${path}[]`, node.items] as const] : []),
    ...(typeof node.additionalProperties === 'object' ? [[`${path}.*`, node.additionalProperties] as const] : []),
  ]
  const below = inner.flatMap(([at, value]) => (typeof value === 'object' ? unbounded(value as Node, at) : []))
  if (node.enum || node.const !== undefined) return below
  if (node.type === 'number' || node.type === 'integer') {
    const [low, high] = [node.minimum ?? node.exclusiveMinimum, node.maximum ?? node.exclusiveMaximum]
    const meant = (bound: unknown) => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER
    return meant(low) && meant(high) ? below : [...below, path]
  }
  if (node.type === 'array' && !node.prefixItems && node.maxItems === undefined) return [...below, path]
  return below
}

const schemas = {
  ...Object.fromEntries(configKinds.map(({ method, file }) => [`a config file of ${method}`, file])),
  'a complete config': runSchema,
  'the settings of a pack': packSettingsSchema,
  'a degradation': degradationSchema,
  'an experiment': experimentSchema,
  'a recipe': recipeSchema,
  'the noise of a recipe': noiseSchema,
  'a set': setSchema,
  'a pack': packSchema,
  'installed.json': installedSchema,
}

it.each(Object.entries(schemas))('%s', (_, schema) => {
  expect(unbounded(z.toJSONSchema(schema, { io: 'input' }))).toEqual([])
})

it('sees what it looks for', () => {
  const schema = z.object({
    low: z.number().min(0),
    list: z.array(z.int().min(0).max(3)),
    pair: z.tuple([z.number(), z.literal(1)]),
    map: z.record(z.string(), z.union([z.int(), z.string()])),
    fine: z.number().gt(0).max(3).nullable(),
  })
  expect(unbounded(z.toJSONSchema(schema)).sort()).toEqual(['.list', '.low', '.map.*', '.pair[]'])
})

describe('what no machine can meet', () => {
  it.each([
    ['threads', 100_000, 'a whole number ≥ 0 and ≤ 256'],
    ['align.transformSize', 1_000_000, 'a whole number ≥ 1 and ≤ 8192'],
    ['encode.colorSize', 100_000, 'a whole number ≥ 1 and ≤ 1024'],
    ['optimize.lr', 1e300, 'a number ≥ 0 and ≤ 1000'],
    ['degradation.halation.radius', 1e9, 'a number > 0 and ≤ 512'],
    ['losses.contextual.points', 1e7, 'a whole number ≥ 1 and ≤ 8192'],
  ])('%s %d is refused with the bound', (path, value, expected) => {
    const document = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
    expect(() => validate(rephotographConfig.file, document, { name: 'a.json5' })).toThrow(
      `a.json5: ${path}: expected ${expected}`,
    )
  })
})
