// A degradation is an ordered list of stages: what the lens, the film and the paper did to the picture. A stage is a
// differentiable function with parameters, some of them learned along with the face.

import type { Tensor } from '../graph/tensor.ts'

export interface Parameter {
  /** Unique within its stage. */
  name: string
  shape: readonly number[]
  start: readonly number[]
  learn: boolean
}

export interface Side {
  height: number
  width: number
}

export interface StageContext {
  /** Side of the generator's picture. */
  size: number
  /** The size at which a loss compares; undefined: as it is. */
  target: Side | undefined
}

export interface Stage {
  name: string
  parameters: readonly Parameter[]
  /** @param x [N, C, H, W] in ±1; @param parameters by name */
  apply(x: Tensor, parameters: Readonly<Record<string, Tensor>>, context: StageContext): Tensor
}
