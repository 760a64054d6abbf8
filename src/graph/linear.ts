// Fully connected layers.

import { add, mul } from './elementwise.ts'
import { matmul, swap } from './matmul.ts'
import type { Tensor } from './tensor.ts'
import type { Weights } from './weights.ts'

/** x [..., in] → x·weightᵀ + bias, weight [out, in]. */
export function linear(x: Tensor, weights: Weights): Tensor {
  const y = matmul(x, swap(weights.get('weight')))
  return weights.has('bias') ? add(y, weights.get('bias')) : y
}

/**
 * The equalised layer of StyleGAN: weights are stored at unit variance and scaled when used,
 * y = x·(weight·lr/√in)ᵀ + bias·lr (Karras et al. 2018, section 4.1).
 */
export function equalLinear(x: Tensor, weights: Weights, lrMultiplier = 1): Tensor {
  const weight = weights.get('weight')
  const scaled = mul(weight, lrMultiplier / Math.sqrt(weight.shape[1]!))
  const y = matmul(x, swap(scaled))
  return weights.has('bias') ? add(y, mul(weights.get('bias'), lrMultiplier)) : y
}
