/**
 * What is generated from the schema and committed: configs/schema.json, by which editors complete and check configs,
 * and docs/config.md, the table of all keys. A test compares both with the schema; `npx vitest run test/config -u`
 * writes them anew.
 */
import { z } from 'zod'
import { expectation } from './expectation.ts'
import { isObject, type JsonObject } from './merge.ts'
import { referenceConfig } from './reference.ts'
import { configFileSchema } from './relax.ts'
import { runSchema } from './schema.ts'
import { referenceStages, stageDefaults } from './schema-degradation.ts'

/** The text of configs/schema.json. */
export function schemaJson(): string {
  const schema = z.toJSONSchema(configFileSchema, { io: 'input' })
  return `${JSON.stringify({ title: 'rephoto config', ...schema }, null, 2)}\n`
}

/** The text of docs/config.md. */
export function configTable(): string {
  const sections: string[] = []
  const top: string[] = []
  // Stages that are off by default have their defaults too.
  const values = { ...referenceConfig(1024), degradation: stageDefaults() } as unknown as JsonObject
  for (const [key, schema] of Object.entries(runSchema.shape)) {
    const value = values[key]
    if (isObject(value)) sections.push(section(key, schema, value))
    else top.push(row(key, schema, value))
  }
  return [INTRODUCTION, table(top), ...sections].join('\n\n').concat('\n')
}

const INTRODUCTION = `# Every key of a config

<!-- Generated from src/config/schema.ts: npx vitest run test/config -u -->

A config is a JSON5 file (JSON with comments and without most quotes). It names only what it wants otherwise:

\`\`\`json5
{
  extends: 'antique-b', // a preset, or a file relative to this one; also a list
  input: 'grandmother.png', // relative to this file
  optimize: { steps: [100, 300] },
}
\`\`\`

Each key stands once in an object, and in a text a backslash is written twice (\`'C:\\\\photos\\\\anna.jpg'\`; / works too). A file has at most 1 MB and
64 levels, and at most 32 configs extend one another.

On the command line, \`--set 'optimize.steps=[100,300]'\` does the same for one key. A key that is absent or \`null\` has the
value that the model pack prescribes (\`settings\` in its \`pack.json\`; compact has weights and steps of its own), and where the pack
prescribes none, that of the reference implementation, given here for its 1024 px generator. Where pixels or layers are meant,
smaller generators scale it. The complete config is saved with every run.
Deviations of the reference from what one would expect are marked as quirks: its behaviour is the default, and the key turns it off.`

function section(name: string, schema: z.core.$ZodType, values: JsonObject): string {
  return [`## ${name}`, description(schema), table(rows('', schema, values, `${name}.`))].join('\n\n')
}

function rows(prefix: string, schema: z.core.$ZodType, values: JsonObject, base: string): string[] {
  const shape = (unwrap(schema) as z.ZodObject).shape
  return Object.entries(shape).flatMap(([key, inner]) => {
    const value = values[key]
    const path = `${base}${prefix}${key}`
    if (!isObject(value)) return [row(path, inner as z.core.$ZodType, value)]
    const off = base === 'degradation.' && prefix === '' && !(referenceStages as readonly string[]).includes(key)
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
