/**
 * What a first-order optimizer is: what it keeps of each variable, what depends on the step's number alone, and the update
 * as graph functions (the idea is optax': an optimizer is init and update, and knows nothing else). One file a kind, one line
 * in optimizers.ts.
 */
import type { z } from 'zod'
import type { Operand, Tensor } from '../../graph/tensor.ts'

/** One variable, at the moment of its update. */
export interface UpdateInput {
  readonly variable: Tensor
  readonly gradient: Tensor
  /** What was kept of it, by name. */
  readonly moments: Readonly<Record<string, Tensor>>
  /** What depends on the step alone, by name: [1] each. */
  readonly scalars: Readonly<Record<string, Operand>>
  readonly rate: Operand
}

/** The same after it. */
export interface Updated {
  readonly variable: Tensor
  readonly moments: Readonly<Record<string, Tensor>>
}

/** A kind of optimizer. */
export interface OptimizerKind<Shape extends z.ZodRawShape> {
  /** Its keys in a config; a key that kinds share means the same in all of them. */
  readonly keys: Shape
  /** What it keeps of each variable: arrays of the variable's shape, zeros at the start of a stage. */
  readonly moments: readonly string[]
  /** @param t number of the step within its stage, from 1 */
  scalars(t: number, config: z.infer<z.ZodObject<Shape>>): Readonly<Record<string, number>>
  update(input: UpdateInput, config: z.infer<z.ZodObject<Shape>>): Updated
}

/** For the types of a kind. */
export function optimizerKind<Shape extends z.ZodRawShape>(kind: OptimizerKind<Shape>): OptimizerKind<Shape> {
  return kind
}
