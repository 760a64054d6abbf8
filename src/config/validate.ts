/**
 * Checks a document against a schema and turns the first mistake into one line: place, what was expected, what was
 * found, and for an unknown key the nearest valid one.
 */
import { z } from 'zod'
import { farness } from '../text/nearest.ts'
import { ConfigError } from './errors.ts'
import { expectation } from './expectation.ts'
import { lineOf } from './locate.ts'
import { shown } from './shown.ts'

/** Where a document comes from, for messages. */
export interface DocumentSource {
  readonly name: string
  readonly lines?: ReadonlyMap<string, number>
}

/** Throws a ConfigError for the first mistake in a document, unknown keys first: they often explain the others. */
export function validate(schema: z.ZodObject, document: unknown, source: DocumentSource): void {
  const result = z.safeParse(schema, document)
  if (result.success) return
  const { issues } = result.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const parent = issue.path.map(String)

  if (issue.code === 'unrecognized_keys') {
    const path = [...parent, issue.keys[0]!]
    throw new ConfigError(`unknown key; ${suggestion(schema, path)}`, placeOf(source, path))
  }
  const found = valueAt(document, parent)
  // In a file null removes what it stands for, which goes without saying.
  const expected = expectation(unwrap(schemaAt(schema, parent) ?? schema))
  throw new ConfigError(`expected ${expected}, found ${shown(found)}`, placeOf(source, parent))
}

/** The place of a path in a document. */
export function placeOf(source: DocumentSource, path: readonly string[]) {
  const line = source.lines && lineOf(source.lines, path)
  return { source: source.name, path: path.join('.'), ...(line === undefined ? {} : { line }) }
}

/** The schema at a path, without "optional" around it; undefined when the path leaves the schema. */
export function schemaAt(schema: z.core.$ZodType, path: readonly string[]): z.core.$ZodType | undefined {
  let here: z.core.$ZodType | undefined = schema
  for (const key of path) {
    here = here && unwrap(here)
    if (here instanceof z.ZodObject) here = here.shape[key]
    else if (here instanceof z.ZodRecord) here = here.valueType as z.core.$ZodType
    else if (here instanceof z.ZodArray) here = here.element
    else if (here instanceof z.ZodTuple) here = (here.def.items[Number(key)] ?? here.def.items[0]) as z.core.$ZodType
    else return undefined
  }
  return here && withoutOptional(here)
}

/** The schema without "optional" and "nullable" around it. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const bare = withoutOptional(schema)
  return bare instanceof z.ZodNullable ? unwrap(bare.unwrap()) : bare
}

function withoutOptional(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional
    ? withoutOptional(schema.unwrap())
    : schema
}

/** Every path of a schema, dotted. */
export function allPaths(schema: z.core.$ZodType, prefix = ''): string[] {
  const inner = unwrap(schema)
  if (!(inner instanceof z.ZodObject)) return []
  return Object.entries(inner.shape).flatMap(([key, value]) => [
    `${prefix}${key}`,
    ...allPaths(value as z.core.$ZodType, `${prefix}${key}.`),
  ])
}

/**
 * The nearest valid key. A sibling that is spelled alike is meant; else a key of that name elsewhere (`lr` at the top
 * is `optimize.lr`); else the keys that are valid there are listed.
 */
function suggestion(schema: z.ZodObject, path: readonly string[]): string {
  const parent = path.slice(0, -1)
  // Longer than any key, so that its end does not matter.
  const key = path.at(-1)!.slice(0, 100)
  const prefix = parent.map((name) => `${name}.`).join('')
  const paths = allPaths(schema)
  const siblings = paths.filter((p) => p.startsWith(prefix) && !p.slice(prefix.length).includes('.'))
  const cost = (candidate: string) => farness(candidate.split('.').at(-1)!, key)
  const nearest = (candidates: readonly string[]) => candidates.toSorted((a, b) => cost(a) - cost(b))[0]
  const limit = Math.max(key.length > 3 ? 2 : 1, Math.floor(key.length / 3))

  for (const candidate of [nearest(siblings), nearest(paths)]) {
    if (candidate !== undefined && cost(candidate) <= limit) return `the nearest valid key is ${candidate}`
  }
  return `valid keys ${parent.length > 0 ? `in ${parent.join('.')}` : 'here'} are ${siblings.map((p) => p.slice(prefix.length)).join(', ')}`
}

/** What a document has at a path; undefined where it has nothing of its own there. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let here: unknown = document
  for (const key of path) {
    here =
      typeof here === 'object' && here !== null && Object.hasOwn(here, key)
        ? (here as { [k: string]: unknown })[key]
        : undefined
  }
  return here
}
