/**
 * Schema of manifest.json. Bounds are what a machine could have written, not what is usual; keys that are not known here stay (a newer
 * rephoto may have them), and those that came later are optional, so that older runs are read.
 */
import { z } from 'zod'

const text = z.string().max(4096)
const count = z.int().min(0).max(1e9)
const amount = z.number().min(0).max(1e12)
const sha256 = z.string().max(128)
const hashed = z.looseObject({ name: text, sha256 })
const side = z.int().min(1).max(1e6)

const processSchema = z.looseObject({
  pid: z
    .int()
    .min(0)
    .max(2 ** 32),
  host: text,
  place: text.optional(),
  started: text.optional(),
})

const stage = z.looseObject({ coarse: z.int().min(1).max(65536).optional(), steps: count, taken: count.optional() })

/** What the record of a run is bound to: see binding.ts. */
export const bindingSchema = z.looseObject({
  config: z.record(z.string().max(200), z.string().max(100_000)),
  files: z.record(z.string().max(200), sha256),
  prepared: z.record(z.string().max(200), sha256).optional(),
})

/** Where the portrait was cut out. */
const corner = z.tuple([z.number().min(-1e6).max(1e6), z.number().min(-1e6).max(1e6)])
const crop = z.looseObject({
  quad: z.tuple([corner, corner, corner, corner]),
  side: amount,
  turn: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  face: count.optional(),
  faces: count.optional(),
  score: amount.optional(),
  second: amount.optional(),
  spread: amount.optional(),
  doubt: text.optional(),
})

const years = z.number().min(-1e6).max(1e6)
const age = z.looseObject({
  keep: z.enum(['start', 'end']),
  input: years,
  before: years,
  after: years,
  steps: years,
  layers: z.tuple([count, count]),
  r2: years,
})

/** What a guess from the picture was, as far as anybody reads it back. */
const guess = z.looseObject({})

export const manifestSchema = z.looseObject({
  format: z.literal('rephoto-run'),
  formatVersion: z.literal(1),
  method: z.string().min(1).max(64).optional(),
  status: z.enum(['running', 'partial', 'complete', 'failed']),
  error: z.string().max(100_000).optional(),
  created: text,
  finished: text.optional(),
  versions: z.looseObject({ rephoto: text, node: text, onnxruntime: text.nullable() }),
  git: z.looseObject({ commit: text, changed: z.boolean() }).nullable(),
  machine: z.looseObject({ platform: text, cpu: text, cores: count, memoryGiB: amount, host: text }),
  process: processSchema,
  input: z.looseObject({ name: text, sha256, width: side, height: side }),
  pack: z.looseObject({
    name: text,
    size: z
      .int()
      .min(4)
      .max(16384)
      .refine((size) => Number.isInteger(Math.log2(size)), 'a power of two')
      .optional(),
    licences: z.array(z.string().max(100_000)).max(1000),
    files: z.array(hashed).max(1000),
  }),
  seed: z.int().min(0).max(0xffffffff),
  crop: crop.optional(),
  paste: z.looseObject({ mode: z.enum(['face', 'color', 'plain']) }).optional(),
  age: age.optional(),
  guess: guess.optional(),
  sweep: z
    .looseObject({ name: text, condition: text, input: text, hash: text, batch: z.literal(true).optional() })
    .optional(),
  device: text,
  threads: z.int().min(0).max(65536),
  stages: z.array(stage).max(100),
  stepsDone: count,
  stepsTotal: count,
  timings: z.record(z.string().max(200), amount),
  peakMemoryMiB: amount.optional(),
  resumed: count,
  warnings: z.array(z.string().max(100_000)).max(10_000),
  binding: bindingSchema.optional(),
})
