// Gram matrices of feature maps, which say what occurs together and forget where (Gatys, Ecker and Bethge 2016, equation 3).

import { abs, add, greater, mul, square, sub, where } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { mean } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'

/** F·Fᵀ/(C·N) of [1, C, H, W] with N = H·W: [C, C]. */
export function gramMatrix(features: Tensor): Tensor {
  const [, c, h, w] = features.shape as [number, number, number, number]
  const flat = reshape(features, [c, h * w])
  return mul(matmul(flat, swap(flat)), 1 / (c * h * w))
}

/** Mean of d²/2 where |d| < 1, |d| − 1/2 elsewhere. */
export function smoothL1(a: Tensor, b: Tensor): Tensor {
  const d = sub(a, b)
  const size = abs(d)
  return mean(where(greater(1, size), mul(square(d), 0.5), sub(size, 0.5)))
}

/** Σ smooth-L1 over the levels that `siblingGrams` holds. */
export function gramDistance(rgbs: readonly Tensor[], siblingGrams: readonly Tensor[]): Tensor {
  return scope('color_transfer', () => siblingGrams.map((gram, i) => smoothL1(gramMatrix(rgbs[i]!), gram)).reduce(add))
}
