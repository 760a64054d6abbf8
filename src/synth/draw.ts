/**
 * Random values for the keys of a config: what a schema accepts as it stands is fixed, a pair of numbers it accepts is a
 * range, and a list of things it accepts is a choice. So every stage of a degradation, also one that is added later, can
 * be varied without a line of its own here: its schema says what its values are.
 *
 * Each key has its own stream of random numbers, counted by item: the first ten pictures of a set of twenty are those of
 * the set of ten, and varying one key more leaves the others as they were. Choices come in blocks that hold each of
 * them once, in random order (randomised block design, Fisher 1926): small sets stay balanced.
 */
import { z } from 'zod'
import { ConfigError } from '../config/errors.ts'
import { expectation } from '../config/expectation.ts'
import { isObject } from '../config/merge.ts'
import { shown } from '../config/shown.ts'
import { unwrap } from '../config/validate.ts'
import { randomStream } from '../numbers/random.ts'

/** Draws the value of item `index` (from 0) of the set with this seed. */
export type Draw = (seed: number, index: number) => unknown

/** Values are recorded, and used, with this many decimals, as they can be read, unless that leaves a fine range. */
const DECIMALS = 4

/**
 * What a recipe says of a value, as a way to draw it.
 *
 * @param schema what values may be
 * @param spec a value, a pair [from, to] of numbers, a list of choices; for objects and lists, these in their places
 * @param path for messages and for the stream of random numbers
 * @throws ConfigError naming the key and what it may be
 */
export function drawOf(schema: z.core.$ZodType, spec: unknown, path: readonly string[], source: string): Draw {
  const inner = unwrap(schema)
  const accepts = (value: unknown) => z.safeParse(inner, value).success
  if (z.safeParse(schema, spec).success) return () => spec
  if (inner instanceof z.ZodObject && isObject(spec)) return drawObject(inner, spec, path, source)
  if (Array.isArray(spec) && spec.length > 0) {
    if (spec.length === 2 && spec.every((value) => typeof value === 'number') && spec.every(accepts)) {
      return drawRange(inner, spec as [number, number], path, source)
    }
    if (spec.every(accepts)) return drawChoice(spec, path)
    const elements = elementsOf(inner, spec.length)
    if (elements) {
      const draws = spec.map((value, i) => drawOf(elements[i]!, value, [...path, String(i)], source))
      return (seed, index) => draws.map((draw) => draw(seed, index))
    }
  }
  throw new ConfigError(
    `expected ${expectation(inner)}, or a range [from, to] or a list of such values, found ${shown(spec)}`,
    { source, path: path.join('.') },
  )
}

function drawObject(
  schema: z.ZodObject,
  spec: Readonly<Record<string, unknown>>,
  path: readonly string[],
  source: string,
): Draw {
  const draws = Object.entries(spec).map(([key, value]) => {
    const inner = schema.shape[key]
    if (inner === undefined) {
      const known = Object.keys(schema.shape).join(', ')
      throw new ConfigError(`unknown key; there are ${known}`, { source, path: [...path, key].join('.') })
    }
    return [key, drawOf(inner, value, [...path, key], source)] as const
  })
  for (const [key, inner] of Object.entries(schema.shape)) {
    if (!(key in spec) && !(inner instanceof z.ZodOptional || inner instanceof z.ZodExactOptional)) {
      throw new ConfigError(`expected ${expectation(inner)}, found nothing`, { source, path: [...path, key].join('.') })
    }
  }
  return (seed, index) => Object.fromEntries(draws.map(([key, draw]) => [key, draw(seed, index)]))
}

function drawRange(
  schema: z.core.$ZodType,
  [from, to]: readonly [number, number],
  path: readonly string[],
  source: string,
): Draw {
  if (from > to) {
    throw new ConfigError(`expected a range [from, to] with from ≤ to, found ${shown([from, to])}`, {
      source,
      path: path.join('.'),
    })
  }
  const whole = z.toJSONSchema(schema, { io: 'input' }).type === 'integer'
  return (seed, index) => {
    const u = randomStream(seed, `synth/range/${path.join('.')}`, index).uniform()
    if (whole) return from + Math.floor(u * (to - from + 1))
    const value = from + u * (to - from)
    const readable = Number(value.toFixed(DECIMALS))
    return readable >= from && readable <= to ? readable : value
  }
}

function drawChoice(choices: readonly unknown[], path: readonly string[]): Draw {
  const n = choices.length
  return (seed, index) => {
    const block = randomStream(seed, `synth/choice/${path.join('.')}`, Math.floor(index / n)).subset(n, n)
    return choices[block[index % n]!]
  }
}

/** Schemas of the elements of a list of this length; undefined when the schema is no list. */
function elementsOf(schema: z.core.$ZodType, length: number): z.core.$ZodType[] | undefined {
  if (schema instanceof z.ZodArray) return Array.from({ length }, () => schema.element as z.core.$ZodType)
  if (schema instanceof z.ZodTuple) {
    const items = schema.def.items as z.core.$ZodType[]
    return items.length === length ? items : undefined
  }
  return undefined
}
