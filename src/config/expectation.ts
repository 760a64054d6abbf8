/**
 * A schema in words: "a number ≥ 0", "one of "b", "gb", "g"". Error messages and the table of docs/config.md use the
 * same words. They are made from the JSON Schema, which is a public and stable form, not from zod's insides.
 */
import { z } from 'zod'

type Node = z.core.JSONSchema.BaseSchema

/** What a schema accepts, in words. */
export function expectation(schema: z.core.$ZodType): string {
  const words = known.get(schema) ?? inWords(z.toJSONSchema(schema, { io: 'input' }))
  known.set(schema, words)
  return words
}

/** Making a JSON Schema takes milliseconds, and who checks a thousand configs asks for the same ones. */
const known = new WeakMap<z.core.$ZodType, string>()

function inWords(node: Node): string {
  if (node.const !== undefined) return JSON.stringify(node.const)
  if (node.enum) return `one of ${node.enum.map((value) => JSON.stringify(value)).join(', ')}`
  if (Array.isArray(node.type)) return node.type.map((type) => inWords({ ...node, type })).join(' or ')
  if (node.anyOf) return node.anyOf.map((option) => inWords(option as Node)).join(' or ')
  switch (node.type) {
    case 'number':
      return `a number${limits(node)}`
    case 'integer':
      return `a whole number${limits(node)}`
    case 'string':
      // The only texts of a fixed form without a title are layers.
      return node.title ?? (node.pattern === undefined ? 'a text' : 'a layer such as "relu2_2"')
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'array':
      return list(node)
    default:
      return 'an object'
  }
}

function limits(node: Node): string {
  // Bounds of 2^53 are JavaScript's, not ours: nobody needs to read them.
  const readable = (value: number | boolean | undefined) =>
    typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER
  const parts: string[] = []
  if (readable(node.exclusiveMinimum)) parts.push(`> ${node.exclusiveMinimum}`)
  if (readable(node.minimum)) parts.push(`≥ ${node.minimum}`)
  if (readable(node.exclusiveMaximum)) parts.push(`< ${node.exclusiveMaximum}`)
  if (readable(node.maximum)) parts.push(`≤ ${node.maximum}`)
  return parts.length > 0 ? ` ${parts.join(' and ')}` : ''
}

function list(node: Node): string {
  const fixed = node.prefixItems?.map((item) => inWords(item as Node))
  if (fixed) {
    const alike = fixed.every((words) => words === fixed[0])
    return `a list of ${fixed.length}${alike ? `, each ${fixed[0]}` : `: ${fixed.join(', ')}`}`
  }
  const { minItems: least, maxItems: most } = node
  const size = most === undefined ? least && `at least ${least}` : most === least ? most : `${least ?? 0} to ${most}`
  return `a list${size ? ` of ${size}` : ''}, each ${inWords((node.items ?? {}) as Node)}`
}
