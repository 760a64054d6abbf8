// RAdam (Liu et al. 2020, "On the Variance of the Adaptive Learning Rate and Beyond").

import { z } from 'zod'
import { add, div, mul, sqrt, square, sub } from '../../graph/elementwise.ts'
import { betas, eps } from './keys.ts'
import { optimizerKind } from './optimizer.ts'

/** The update rule of the reference. */
export const radam = optimizerKind({
  keys: {
    betas,
    eps,
    warmup: z
      .enum(['sgd', 'none'])
      .describe(
        'What to do while the variance is not tractable (the first five steps): "sgd" steps by the plain average, a quirk of the reference; "none" stands still.',
      ),
  },
  moments: ['m', 'v'],
  /** `adaptive`: factor of m/(√v + eps); `plain`: factor of m. */
  scalars(t, config) {
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
  },
  update({ variable, gradient, moments, scalars, rate }, config) {
    const [beta1, beta2] = config.betas
    const m = add(mul(moments.m!, beta1), mul(gradient, 1 - beta1))
    const v = add(mul(moments.v!, beta2), mul(square(gradient), 1 - beta2))
    const direction = mul(m, add(div(scalars.adaptive!, add(sqrt(v), config.eps)), scalars.plain!))
    return { variable: sub(variable, mul(direction, rate)), moments: { m, v } }
  },
})
