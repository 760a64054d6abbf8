/**
 * From the complete schema to the one that files are written against: every key may be absent, or null for "as the
 * pack or the reference has it". Derived, not written twice, so that the two can't drift apart.
 */
import { z } from 'zod'
import { type ResolvedConfig, runSchema } from './schema.ts'

/** T with every key of every object in it optional and nullable; lists are replaced whole, so they stay as they are. */
export type Relaxed<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Relaxed<T[K]> | null }
    : T

function core(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional) {
    return core(schema.unwrap())
  }
  return schema
}

/** Left to the picture: settled by a guess before the run begins (src/guess/auto.ts). */
const auto = z.literal('auto')

/** Keys that may be left to it. */
const GUESSED = new Set(['sensitivity', 'degradation.blur.radius'])

function relax(schema: z.core.$ZodType, path: string): z.ZodType {
  const inner = core(schema)
  const plain = inner instanceof z.ZodObject ? relaxShape(inner.shape, `${path}.`) : inner
  const relaxed = GUESSED.has(path) ? z.union([plain, auto]) : plain
  const described = z.globalRegistry.get(schema)?.description ?? z.globalRegistry.get(inner)?.description
  const nullable = z.nullable(relaxed)
  return z.optional(described === undefined ? nullable : nullable.describe(described))
}

function relaxShape(shape: Readonly<Record<string, z.core.$ZodType>>, prefix = ''): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, relax(value, `${prefix}${key}`)])),
  )
}

type Settled = Relaxed<ResolvedConfig>
type Stages = NonNullable<Settled['degradation']>
type Blur = NonNullable<Stages['blur']>

/** What a config file may say, besides `extends`. */
export type ConfigFragment = Omit<Settled, 'sensitivity' | 'degradation'> & {
  sensitivity?: Settled['sensitivity'] | 'auto'
  degradation?:
    | (Omit<Stages, 'blur'> & { blur?: (Omit<Blur, 'radius'> & { radius?: Blur['radius'] | 'auto' }) | null })
    | null
}

/** A whole config file. */
export type ConfigFile = ConfigFragment & { $schema?: string; extends?: string | string[] }

/** What a pack may prescribe: the numbers that depend on its networks, never the input, the seed or the output. */
export type PackSettings = Relaxed<
  Pick<ResolvedConfig, 'align' | 'encode' | 'histogram' | 'degradation' | 'losses' | 'optimize'>
>

/** Most configs in one `extends`. */
export const MOST_EXTENDED = 100

const fragment = relaxShape(runSchema.shape)

/** Schema of a config file. */
export const configFileSchema = z.strictObject({
  $schema: z.string().optional().describe('Path of schema.json, for editors.'),
  extends: z
    .union([z.string(), z.array(z.string()).max(MOST_EXTENDED)])
    .optional()
    .describe('Config or configs that this one starts from: paths relative to this file, or names in configs/.'),
  ...fragment.shape,
})

/** Schema of the `settings` of a model pack. */
export const packSettingsSchema = z.strictObject({
  align: fragment.shape.align!,
  encode: fragment.shape.encode!,
  histogram: fragment.shape.histogram!,
  degradation: fragment.shape.degradation!,
  losses: fragment.shape.losses!,
  optimize: fragment.shape.optimize!,
})
