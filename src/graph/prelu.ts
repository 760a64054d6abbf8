// ReLU with a slope of its own for the negative part of each channel.

import { mul, neg, relu, sub } from './elementwise.ts'
import { reshape } from './layout.ts'
import type { Tensor } from './tensor.ts'

/** x [N, C, H, W], slope [C]: x where it is positive, slope·x elsewhere. */
export function prelu(x: Tensor, slope: Tensor): Tensor {
  return sub(relu(x), mul(relu(neg(x)), reshape(slope, [1, slope.shape[0]!, 1, 1])))
}
