// Adam (Kingma and Ba 2015, algorithm 1).

import { add, div, mul, sqrt, square, sub } from '../../graph/elementwise.ts'
import { betas, eps } from './keys.ts'
import { optimizerKind } from './optimizer.ts'

/** m̂/(√v̂ + eps) with both averages corrected for their start at zero, as torch and TensorFlow 2 compute it. */
export const adam = optimizerKind({
  keys: { betas, eps },
  moments: ['m', 'v'],
  /** `first`: 1/(1 − β₁ᵗ); `second`: 1/√(1 − β₂ᵗ). */
  scalars(t, { betas: [beta1, beta2] }) {
    return { first: 1 / (1 - beta1 ** t), second: 1 / Math.sqrt(1 - beta2 ** t) }
  },
  update({ variable, gradient, moments, scalars, rate }, { betas: [beta1, beta2], eps }) {
    const m = add(mul(moments.m!, beta1), mul(gradient, 1 - beta1))
    const v = add(mul(moments.v!, beta2), mul(square(gradient), 1 - beta2))
    const direction = div(mul(m, scalars.first!), add(mul(sqrt(v), scalars.second!), eps))
    return { variable: sub(variable, mul(direction, rate)), moments: { m, v } }
  },
})
