// RAdam (Liu et al. 2020), split in two: the update of one parameter as graph functions, and the step sizes, which
// depend only on the step's number, computed outside and fed in.

import { add, div, mul, sqrt, square, sub } from '../graph/elementwise.ts'
import type { Operand, Tensor } from '../graph/tensor.ts'

export interface RAdamConfig {
  betas: readonly [number, number]
  eps: number
  /** What happens while the variance is not tractable: 'sgd' steps by the plain average (the reference), 'none' waits. */
  warmup: 'sgd' | 'none'
}

export interface RAdamScales {
  /** Factor of m/(√v + eps). */
  adaptive: number
  /** Factor of m. */
  plain: number
}

/** @param t number of the step, from 1 */
export function radamScales(t: number, config: RAdamConfig): RAdamScales {
  const [beta1, beta2] = config.betas
  const power = beta2 ** t
  const longest = 2 / (1 - beta2) - 1
  const length = longest - (2 * t * power) / (1 - power)
  const correction = 1 / (1 - beta1 ** t)
  if (length < 5) return { adaptive: 0, plain: config.warmup === 'sgd' ? correction : 0 }
  const rectified = Math.sqrt(
    ((((1 - power) * (length - 4)) / (longest - 4)) * ((length - 2) / length) * longest) / (longest - 2),
  )
  return { adaptive: rectified * correction, plain: 0 }
}

export interface Moments {
  mean: Tensor
  square: Tensor
}

/** The new parameter and moments. `adaptive`, `plain` and `lr` are scalars or broadcast with the parameter. */
export function radamUpdate(
  parameter: Tensor,
  gradient: Tensor,
  moments: Moments,
  scales: { adaptive: Operand; plain: Operand },
  lr: Operand,
  config: RAdamConfig,
): { parameter: Tensor; moments: Moments } {
  const [beta1, beta2] = config.betas
  const m = add(mul(moments.mean, beta1), mul(gradient, 1 - beta1))
  const v = add(mul(moments.square, beta2), mul(square(gradient), 1 - beta2))
  const direction = mul(m, add(div(scales.adaptive, add(sqrt(v), config.eps)), scales.plain))
  return { parameter: sub(parameter, mul(direction, lr)), moments: { mean: m, square: v } }
}
