// How far two face descriptors are apart.

import { add, div, mul, sqrt, square, sub } from '../graph/elementwise.ts'
import { sum } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'

/** 1 − a·b/(|a|·|b|), or |a − b| (with a slope at 0). @param a [1, n] */
export function descriptorDistance(a: Tensor, b: Tensor, kind: 'cosine' | 'euclidean'): Tensor {
  return scope('identity', () => {
    if (kind === 'euclidean') return sqrt(add(sum(square(sub(a, b))), 1e-12))
    const lengths = sqrt(add(mul(sum(square(a)), sum(square(b))), 1e-12))
    return sub(1, div(sum(mul(a, b)), lengths))
  })
}
