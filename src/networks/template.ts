/**
 * What a network's file must hold: keys with shapes in which some sides are letters. The letters are solved for while
 * matching, so one template fits every width, and a tensor that contradicts another is named with both numbers.
 */
import { quote } from '../checkpoint/errors.ts'
import type { TensorSource } from '../checkpoint/value.ts'
import { NetworkError } from './errors.ts'

export type Side = number | string

export interface Expected {
  readonly key: string
  readonly shape: readonly Side[]
  /** May be absent: the network works without it. */
  readonly optional?: boolean
}

export type Tensors = ReadonlyMap<string, TensorSource>

export interface Match {
  /** The tensors the template names, in its order. */
  readonly tensors: Map<string, TensorSource>
  /** What the letters stand for. */
  readonly sides: ReadonlyMap<string, number>
}

export function matchTemplate(what: string, found: Tensors, template: readonly Expected[]): Match {
  const missing = template.filter(({ key, optional }) => optional !== true && !found.has(key)).map(({ key }) => key)
  if (missing.length > 0) {
    const names = missing.slice(0, 3).map(quote).join(', ')
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : ''
    throw new NetworkError(`looks like ${what} but lacks ${names}${more}; the file is incomplete or of another network`)
  }
  const sides = new Map<string, number>()
  const tensors = new Map<string, TensorSource>()
  for (const { key, shape } of template) {
    const tensor = found.get(key)
    if (tensor === undefined) continue
    if (!fits(tensor.shape, shape, sides)) {
      const expected = shape.map((side) => (typeof side === 'string' ? (sides.get(side) ?? 'any') : side)).join(', ')
      throw new NetworkError(
        `looks like ${what} but ${quote(key)} is [${tensor.shape.join(', ')}] where [${expected}] was expected`,
      )
    }
    tensors.set(key, tensor)
  }
  return { tensors, sides }
}

function fits(shape: readonly number[], expected: readonly Side[], sides: Map<string, number>): boolean {
  if (shape.length !== expected.length) return false
  return shape.every((n, i) => {
    const side = expected[i]
    if (typeof side !== 'string') return n === side
    const known = sides.get(side)
    if (known === undefined && n > 0) sides.set(side, n)
    return n > 0 && (known ?? n) === n
  })
}

/** A convolution or linear layer with bias. */
export function layer(
  name: string,
  shape: readonly Side[],
  options: { bias?: boolean; optional?: boolean } = {},
): Expected[] {
  const optional = options.optional === true ? { optional: true } : {}
  const weight = { key: `${name}.weight`, shape, ...optional }
  if (options.bias === false) return [weight]
  return [weight, { key: `${name}.bias`, shape: [shape[0] ?? 0], ...optional }]
}

/** A batch norm with running statistics. */
export function norm(name: string, side: Side): Expected[] {
  return ['weight', 'bias', 'running_mean', 'running_var'].map((part) => ({ key: `${name}.${part}`, shape: [side] }))
}

/** The tensors below a prefix, without it. */
export function below(tensors: Tensors, prefix: string): Tensors {
  const out = new Map<string, TensorSource>()
  for (const [key, tensor] of tensors) if (key.startsWith(prefix)) out.set(key.slice(prefix.length), tensor)
  return out
}

/** How many of key(first), key(first + 1), … there are without a gap. */
export function countFrom(tensors: { has(key: string): boolean }, first: number, key: (i: number) => string): number {
  let n = 0
  while (tensors.has(key(first + n))) n++
  return n
}
