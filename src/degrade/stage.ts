// A degradation is an ordered list of stages: what the lens, the film and the paper did to the picture. A stage is a
// differentiable function with parameters, some of them learned along with the face. One file makes a stage: its schema
// (what a config may say), its defaults, and what turns a config into the function.

import { z } from 'zod'
import { learningRate, signed } from '../config/schema-numbers.ts'
import { clamp, maximum, minimum } from '../graph/elementwise.ts'
import type { Shape } from '../graph/shape.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import type { Bitmap } from '../images/bitmap.ts'

/** Lower and upper limit of a number, or of each number of a parameter. */
export interface Bounds {
  low: number | readonly number[]
  high: number | readonly number[]
}

/**
 * A number, or a few, that a stage works with. It stands in the unit in which a config states it, so that what was
 * learned can be read in losses.csv and compared with a truth; limits are therefore kept by projection after each
 * update and not by a change of variables.
 */
export interface Parameter {
  /** Unique within its stage; that of the config's key, where there is one. */
  name: string
  shape: readonly number[]
  start: readonly number[]
  learn: boolean
  /** Its learning rate; absent or null: the run's cameraLr. */
  lr?: number | null
  /** What counts as a step of size 1: learning rates are multiplied by it; default 1. */
  pace?: number
  bounds?: Bounds | undefined
  /** Brings a moved value back to where it has a meaning; applied after the bounds. */
  project?: (value: Tensor) => Tensor
}

export interface Side {
  height: number
  width: number
}

/** What a stage can see besides the picture. */
export interface StageContext {
  /** Side of the generator's picture. */
  size: number
  /** The size at which a loss compares; undefined: as it is. */
  target: Side | undefined
  /** The old picture [1, 3, h, w] in ±1 at a size; undefined where none is at hand (a picture degraded for its own sake). */
  old: ((side: Side) => Tensor) | undefined
  /**
   * Standard normal numbers, drawn afresh for every step, the same for every use of a name; undefined where nothing is
   * to be random.
   */
  normal: ((name: string, shape: Shape) => Tensor) | undefined
}

export type StageTensors = Readonly<Record<string, Tensor>>

export interface Stage {
  parameters: readonly Parameter[]
  /** @param x [N, C, H, W] in ±1; @param parameters by name */
  apply(x: Tensor, parameters: StageTensors, context: StageContext): Tensor
  /**
   * A term of the objective by which the stage's own parameters are estimated where comparing pictures can't do it: a
   * negative log-likelihood, say. A single number, at least 0. Nothing of it may flow into the picture.
   *
   * @param x what `apply` is given, at the target's size
   */
  likelihood?(x: Tensor, parameters: StageTensors, context: StageContext): Tensor
}

/** Pictures that configs name, read beforehand, by path. */
export type StageFiles = ReadonlyMap<string, Bitmap>

/** A kind of stage: one file, one line in stages.ts. */
export interface StageKind<Schema extends z.ZodObject> {
  /** Its keys in a config, with a description of each and of the whole. */
  schema: Schema
  /** Where it starts, complete; what a config does not say is taken from here. */
  defaults: z.infer<Schema>
  make(config: z.infer<Schema>, files: StageFiles): Stage
  /** Paths of the pictures that a config names. */
  files?(config: z.infer<Schema>): string[]
}

export function stageKind<Schema extends z.ZodObject>(kind: StageKind<Schema>): StageKind<Schema> {
  return kind
}

/** Keys that every stage with learned parameters has. */
export const learning = {
  learn: z.boolean().describe('Learn its numbers along with the face; false keeps them at their start.'),
  lr: learningRate().nullable().describe('Learning rate of its numbers; null: optimize.cameraLr.'),
}

/** Limits of a learned number, [lowest, highest]; null: none. */
export const limits = z.tuple([signed(1000), signed(1000)]).nullable()

/** Limits as a parameter has them. */
export function bounds(pair: readonly [number, number] | null): Bounds | undefined {
  return pair === null ? undefined : { low: pair[0], high: pair[1] }
}

/** A value that an update has moved, brought back to where its parameter may be. */
export function projected(value: Tensor, { bounds, project, shape }: Parameter): Tensor {
  let result = value
  if (bounds) {
    const { low, high } = bounds
    const limit = (x: number | readonly number[]) => (typeof x === 'number' ? x : constant(x, shape))
    result =
      typeof low === 'number' && typeof high === 'number'
        ? clamp(result, low, high)
        : minimum(maximum(result, limit(low)), limit(high))
  }
  return project ? project(result) : result
}
