/**
 * What a schema says of a key besides its values: marks, so that loading, merging and documenting are functions of the schema and
 * know no key by name. A mark is put on last: describing or bounding a schema makes a new one without it.
 */
import { z } from 'zod'

/** Marks of a key. */
export interface Marks {
  /** The order of the keys of this object is part of its meaning; these are the ones that its defaults have, in their order. */
  readonly ordered?: readonly string[]
  /** A file may say 'auto': settled by a guess before the run begins. */
  readonly auto?: true
  /** Holds the path of a file, relative to the config that names it. */
  readonly file?: true
}

const registry = z.registry<Marks>()

/** Marks a schema. */
export function marked<Schema extends z.ZodType>(schema: Schema, marks: Marks): Schema {
  registry.add(schema, marks)
  return schema
}

/** Marks of a schema, also where "optional" or "nullable" stands around it. */
export function marksOf(schema: z.core.$ZodType): Marks {
  const own = registry.get(schema)
  if (own) return own
  const inner = core(schema)
  return inner === schema ? {} : (registry.get(inner) ?? {})
}

/** A schema without "optional" and "nullable" around it. */
export function core(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional) {
    return core(schema.unwrap())
  }
  return schema
}

/** The path of a text, in a config: relative to its file. */
export function filePath(description: string): z.ZodNullable<z.ZodString> {
  return marked(z.string().nullable().describe(description), { file: true })
}
