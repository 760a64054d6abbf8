/**
 * What is generated from the schema and committed: configs/schema.json, by which editors complete and check configs,
 * and docs/config.md, the table of all keys. A test compares both with the schema; `npx vitest run test/config -u`
 * writes them anew.
 */
import { z } from 'zod'
import { expectation } from './expectation.ts'
import type { ConfigKind } from './kind.ts'
import { marksOf } from './marks.ts'
import { isObject, type JsonObject } from './merge.ts'

/** The text of configs/schema.json: what files may say, of any of the methods. */
export function schemaJson(kinds: readonly ConfigKind[]): string {
  const schemas = kinds.map((kind) => z.toJSONSchema(kind.file, { io: 'input' }))
  const whole =
    schemas.length === 1 ? schemas[0]! : { $schema: schemas[0]!.$schema, anyOf: schemas.map(withoutDialect) }
  return `${JSON.stringify({ title: 'rephoto config', ...whole }, null, 2)}\n`
}

function withoutDialect({ $schema: _, ...rest }: JsonObject): JsonObject {
  return rest
}

/**
 * The table of all keys of a method.
 *
 * @param values of every key, also of those that are off by default
 * @param introduction what stands above it, heading included
 */
export function configTable(kind: ConfigKind, values: JsonObject, introduction: string): string {
  const sections: string[] = []
  const top: string[] = []
  for (const [key, schema] of Object.entries(kind.complete.shape)) {
    const value = values[key]
    if (isObject(value)) sections.push(section(key, schema, value))
    else top.push(row(key, schema, value))
  }
  return [introduction, table(top), ...sections].join('\n\n').concat('\n')
}

function section(name: string, schema: z.core.$ZodType, values: JsonObject): string {
  return [`## ${name}`, description(schema), table(rows('', schema, values, `${name}.`))].join('\n\n')
}

function rows(prefix: string, schema: z.core.$ZodType, values: JsonObject, base: string): string[] {
  const shape = (unwrap(schema) as z.ZodObject).shape
  return Object.entries(shape).flatMap(([key, inner]) => {
    const value = values[key]
    const path = `${base}${prefix}${key}`
    if (!isObject(value)) return [row(path, inner as z.core.$ZodType, value)]
    const defaults = prefix === '' ? marksOf(schema).ordered : undefined
    const off = defaults !== undefined && !defaults.includes(key)
    const heading = `| **${path}** | |${off ? ' off ' : ' '}| ${description(inner as z.core.$ZodType)} |`
    return [heading, ...rows(`${prefix}${key}.`, inner as z.core.$ZodType, value, base)]
  })
}

function row(path: string, schema: z.core.$ZodType, value: unknown): string {
  const cells = [`\`${path}\``, expectation(schema), `\`${JSON.stringify(value)}\``, description(schema)]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function table(lines: readonly string[]): string {
  return ['| key | value | default | what it does |', '|---|---|---|---|', ...lines].join('\n')
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional) {
    return unwrap(schema.unwrap())
  }
  return schema
}

function description(schema: z.core.$ZodType): string {
  return z.globalRegistry.get(schema)?.description ?? z.globalRegistry.get(unwrap(schema))?.description ?? ''
}
