/** The optimizers as a config names them: what follows from the list in optimizers.ts. */
import type { z } from 'zod'
import type { OptimizerKind } from './optimizer.ts'
import * as optimizerKinds from './optimizers.ts'

type Kinds = typeof optimizerKinds
const kinds: Kinds = { ...optimizerKinds }

/** Name of a first-order optimizer. */
export type OptimizerName = keyof Kinds

/** Its name and the keys that it has. */
export type OptimizerConfig = { [Name in OptimizerName]: { readonly name: Name } & KeysOf<Kinds[Name]> }[OptimizerName]

type KeysOf<Kind> = Kind extends OptimizerKind<infer Shape> ? Constant<z.infer<z.ZodObject<Shape>>> : never
type Constant<T> = T extends object ? { readonly [Key in keyof T]: Constant<T[Key]> } : T

/** Names of all of them. */
export const optimizerNames = Object.keys(kinds) as OptimizerName[]

type ShapeOf<Kind> = Kind extends OptimizerKind<infer Shape> ? Shape : never
type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Each) => void
  ? Each
  : never

/** The keys that they have, for a schema. */
export const optimizerKeys = Object.assign({}, ...Object.values(kinds).map(({ keys }) => keys)) as All<
  ShapeOf<Kinds[OptimizerName]>
>

/** An optimizer with its config bound to it. */
export interface Optimizer {
  readonly name: OptimizerName
  readonly moments: readonly string[]
  scalars(t: number): Readonly<Record<string, number>>
  update: (
    input: Parameters<OptimizerKind<z.ZodRawShape>['update']>[0],
  ) => ReturnType<OptimizerKind<z.ZodRawShape>['update']>
}

/** The optimizer that a config asks for. */
export function optimizerOf(config: OptimizerConfig): Optimizer {
  const kind = kinds[config.name] as unknown as OptimizerKind<z.ZodRawShape>
  const keys = config as unknown as Record<string, never>
  return {
    name: config.name,
    moments: kind.moments,
    scalars: (t) => kind.scalars(t, keys),
    update: (input) => kind.update(input, keys),
  }
}
