// The product of a matrix with its own transpose, which Gram matrices and covariances are.

import { customGradient } from './custom-gradient.ts'
import { add, mul } from './elementwise.ts'
import { matmul, swap } from './matmul.ts'
import type { Tensor } from './tensor.ts'

/**
 * X·diag(w)·Xᵀ of [n, m]: [n, n]. Its gradient is one product, (D + Dᵀ)·X·diag(w): the chain of its ops would take two, one of
 * them transposed, and add them up.
 * @param weights [1, m], of columns; no slope goes to them
 */
export function selfProduct(x: Tensor, weights?: Tensor): Tensor {
  const weighted = weights ? mul(x, weights) : x
  return customGradient(matmul(weighted, swap(x)), [x], (dy) => [matmul(add(dy, swap(dy)), weighted)])
}
