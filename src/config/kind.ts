/**
 * The configs of a method: the schema of a complete one, and what follows from it. Config files are written against a relaxed form
 * in which everything may be absent or null, meaning "as the pack or the method has it". Derived, not written twice, so
 * that the two can't drift apart.
 */
import { z } from 'zod'
import { core, marksOf } from './marks.ts'

/** T with every key of every object in it optional and nullable; lists are replaced whole, so they stay as they are. */
export type Relaxed<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Relaxed<T[K]> | null }
    : T

/** Most configs in one `extends`. */
export const MOST_EXTENDED = 100

/** The configs of a method. */
export interface ConfigKind {
  /** Name of the method. */
  readonly method: string
  /** Every key of a complete config. */
  readonly complete: z.ZodObject
  /** The same, everything absent or null where one likes. */
  readonly fragment: z.ZodObject
  /** What a file may say: a fragment, and what it extends. */
  readonly file: z.ZodObject
  /** Keys that hold paths of files; '*' stands for every item of a list. */
  readonly files: readonly (readonly string[])[]
  /** Of an object whose order matters the keys of its defaults, in order; undefined for every other. */
  orderedAt(path: readonly string[]): readonly string[] | undefined
}

/** @param complete schema of a complete config, `method` among its keys */
export function configKind(method: string, complete: z.ZodObject): ConfigKind {
  const fragment = relaxShape(complete.shape)
  const ordered = new Map<string, readonly string[]>()
  const files: string[][] = []
  visit(complete, [], (schema, path) => {
    const marks = marksOf(schema)
    if (marks.ordered) ordered.set(path.join('.'), marks.ordered)
    if (marks.file) files.push([...path])
  })
  return {
    method,
    complete,
    fragment,
    file: z.strictObject({
      $schema: z.string().optional().describe('Path of schema.json, for editors.'),
      extends: z
        .union([z.string(), z.array(z.string()).max(MOST_EXTENDED)])
        .optional()
        .describe('Config or configs that this one starts from: paths relative to this file, or names in configs/.'),
      ...fragment.shape,
    }),
    files,
    orderedAt: (path) => ordered.get(path.join('.')),
  }
}

function relax(schema: z.core.$ZodType): z.ZodType {
  const inner = core(schema)
  const plain = inner instanceof z.ZodObject ? relaxShape(inner.shape) : inner
  const relaxed = marksOf(schema).auto ? z.union([plain, z.literal('auto')]) : plain
  const described = z.globalRegistry.get(schema)?.description ?? z.globalRegistry.get(inner)?.description
  const nullable = z.nullable(relaxed)
  return z.optional(described === undefined ? nullable : nullable.describe(described))
}

function relaxShape(shape: Readonly<Record<string, z.core.$ZodType>>): z.ZodObject {
  return z.strictObject(Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, relax(value)])))
}

/** Visits a schema and everything below it. */
function visit(
  schema: z.core.$ZodType,
  path: readonly string[],
  see: (schema: z.core.$ZodType, path: readonly string[]) => void,
): void {
  see(schema, path)
  const inner = core(schema)
  if (inner instanceof z.ZodObject)
    for (const [key, value] of Object.entries(inner.shape)) visit(value as z.core.$ZodType, [...path, key], see)
  else if (inner instanceof z.ZodArray) visit(inner.element as z.core.$ZodType, [...path, '*'], see)
}
