/**
 * Schemas of the JSON files of a sweep. A name becomes part of a path, so it is one plain name; what is not known here stays.
 */
import { z } from 'zod'

const text = z.string().max(4096)
const long = z.string().max(100_000)
const seed = z.int().min(0).max(0xffffffff)

/** Name of a run: what `slug` makes of conditions and inputs, joined; never a path. */
export const runNameSchema = z
  .string()
  .max(250)
  .refine(
    (name) => /^[\p{L}\p{N}\p{M}._-]+$/u.test(name) && !/^\.+$/u.test(name),
    'a plain name of letters, digits, . _ -',
  )

const statusSchema = z.enum(['waiting', 'running', 'complete', 'failed'])

/** What sweep.json says of a search. */
export const searchFacts = z.looseObject({
  method: z.enum(['random', 'tpe']),
  budget: z.int().min(1),
  metric: text,
  direction: z.enum(['minimize', 'maximize']),
  keys: z.array(text).max(1000),
})

/** search.json. */
export const searchSchema = z.looseObject({
  format: z.literal('rephoto-sweep-search'),
  formatVersion: z.literal(1),
  identity: text,
  points: z.array(z.array(z.number()).max(1000)).max(100_000),
})

/** sweep.json. */
export const indexSchema = z.looseObject({
  format: z.literal('rephoto-sweep'),
  formatVersion: z.literal(1),
  name: text,
  description: long,
  created: text,
  base: text,
  conditions: z
    .array(z.looseObject({ name: text, label: text.optional(), set: z.record(z.string(), z.unknown()) }))
    .min(1)
    .max(100_000),
  inputs: z.array(z.looseObject({ name: text, truth: z.boolean() })).max(100_000),
  seeds: z.array(seed).max(100_000),
  search: searchFacts.optional(),
  runs: z
    .array(
      z.looseObject({
        name: runNameSchema,
        folder: text,
        condition: text,
        input: text,
        seed,
        hash: text,
        status: statusSchema,
        error: long.optional(),
        seconds: z.number().min(0).max(1e12).optional(),
      }),
    )
    .max(1_000_000),
})

/** plan.json. The configs are checked by the runs that are made by them. */
export const planSchema = z.looseObject({
  format: z.literal('rephoto-sweep-plan'),
  name: text,
  code: text,
  batch: z
    .looseObject({
      identity: text,
      photos: z
        .array(z.looseObject({ name: runNameSchema, path: text, runs: z.array(runNameSchema).min(1).max(10_000) }))
        .max(1_000_000),
    })
    .optional(),
  runs: z
    .array(
      z.looseObject({
        name: runNameSchema,
        condition: text,
        input: text,
        hash: text,
        config: z.record(z.string(), z.unknown()),
      }),
    )
    .max(1_000_000),
})

/** outcomes/<name>.json. */
export const outcomeSchema = z.looseObject({
  hash: text,
  status: z.enum(['complete', 'partial', 'failed']),
  error: long.optional(),
})
