// What keeps a noise map a noise map after each step (Karras et al. 2020, appendix D).

import { div, sqrt, square, sub } from '../graph/elementwise.ts'
import { mean, sum } from '../graph/reduce.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'

/** Shifted and scaled to mean 0 and unbiased deviation 1. */
export function normalizeNoise(map: Tensor): Tensor {
  const centred = sub(map, mean(map))
  return div(centred, sqrt(div(sum(square(centred)), sizeOf(map.shape) - 1)))
}
