// What networks of fast styles have in common: a mirrored border before a convolution, and norms whose scale and shift make the style.

import { padBorder } from '../graph/border.ts'
import { conv2d } from '../graph/conv.ts'
import { add, mul } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { instanceNorm } from '../graph/normalize.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'

/** What a convolution sees beyond the picture's edge. */
export type Beyond = 'reflect' | 'zero'

/** As large as x, or half of it: the border is half a kernel wide at every side. */
export function bordered(weights: Weights, x: Tensor, beyond: Beyond, stride = 1, groups = 1, name = 'weight'): Tensor {
  const kernel = weights.get(name)
  const reach = (kernel.shape[2]! - 1) / 2
  const bias = name === 'weight' && weights.has('bias') ? { bias: weights.get('bias') } : {}
  if (beyond === 'zero' || reach === 0) return conv2d(x, kernel, { stride, groups, padding: reach, ...bias })
  return conv2d(padBorder(x, 'reflect', [reach, reach, reach, reach]), kernel, { stride, groups, ...bias })
}

/** Zero mean and unit variance, then this scale and shift of each channel; [C] or [1, C]. */
export function styledNorm(x: Tensor, scale: Tensor, shift: Tensor, eps: number): Tensor {
  const channel = (t: Tensor) => reshape(t, [1, x.shape[1]!, 1, 1])
  return add(mul(instanceNorm(x, eps), channel(scale)), channel(shift))
}
