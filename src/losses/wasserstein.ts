// The squared 2-Wasserstein distance of two normal distributions with the means and covariances of features, as a style
// loss (K. Crowson's style-transfer-pytorch; Mroueh 2019, "Wasserstein Style Transfer").

import { add, div, mul, sqrt, square, sub } from '../graph/elementwise.ts'
import { concat, reshape, sliceAxis } from '../graph/layout.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { mean, sum } from '../graph/reduce.ts'
import { selfProduct } from '../graph/self-product.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'

/** Added to variances, so that roots and their slopes exist where channels are silent. */
const EPSILON = 1e-4
/**
 * Of Newton and Schulz, as in the public code. They are not enough for the root of an ill-conditioned matrix: what is
 * compared are two roots that stopped at the same place.
 */
const ITERATIONS = 12

/**
 * Mean [1, N] above covariance [N, N] of features [1, N, H, W]: [N + 1, N].
 * @param weights [1, H·W], adding up to 1: what counts where
 */
export function normalStatistics(features: Tensor, weights?: Tensor): Tensor {
  return scope('normal', () => {
    const [, n, h, w] = features.shape as [number, number, number, number]
    const flat = reshape(features, [n, h * w])
    const centre = weights ? matmul(flat, swap(weights)) : mean(flat, [1], true)
    const centred = sub(flat, centre)
    const scatter = weights ? selfProduct(centred, weights) : mul(selfProduct(centred), 1 / (h * w))
    return concat([reshape(centre, [1, n]), add(scatter, scaledIdentity(n, EPSILON))], 0)
  })
}

/** The same from sums over places, Σ w·f [N, 1] and Σ w·f·fᵀ [N, N], weights adding up to 1. */
export function normalFromSums(first: Tensor, second: Tensor): Tensor {
  const n = first.shape[0]!
  const scatter = sub(second, matmul(first, swap(first)))
  return concat([reshape(first, [1, n]), add(scatter, scaledIdentity(n, EPSILON))], 0)
}

/** The root of a covariance that a style is compared by, computed once: [N, N]. */
export function covarianceRoot(statistics: Tensor): Tensor {
  const n = statistics.shape[1]!
  return newtonSchulzRoot(sliceAxis(statistics, 0, 1, n + 1))
}

/**
 * (|μ − μ′|² + tr Σ + tr Σ′ − 2 tr √(√Σ′·Σ·√Σ′))/N.
 * @param statistics,target as of `normalStatistics`; @param root of the target's covariance
 */
export function wassersteinLoss(statistics: Tensor, target: Tensor, root: Tensor): Tensor {
  return scope('wasserstein', () => {
    const n = statistics.shape[1]!
    const part = (t: Tensor, from: number, to: number): Tensor => sliceAxis(t, 0, from, to)
    const means = sum(square(sub(part(statistics, 0, 1), part(target, 0, 1))))
    const identity = scaledIdentity(n, 1)
    const covariance = part(statistics, 1, n + 1)
    const variances = sum(mul(add(covariance, part(target, 1, n + 1)), identity))
    const crossed = newtonSchulzRoot(matmul(matmul(root, covariance), root))
    return div(add(means, sub(variances, mul(sum(mul(crossed, identity)), 2))), n)
  })
}

/** √A of a positive definite matrix by the coupled iteration of Newton and Schulz (Higham 2008, equation 6.35). */
export function newtonSchulzRoot(a: Tensor): Tensor {
  const n = a.shape[0]!
  const norm = sqrt(sum(square(a)))
  const [one, three] = [scaledIdentity(n, 1), scaledIdentity(n, 3)]
  let y = div(a, norm)
  let z = one
  for (let i = 0; i < ITERATIONS; i++) {
    const t = mul(sub(three, i === 0 ? y : matmul(z, y)), 0.5)
    y = matmul(y, t)
    z = i === 0 ? t : matmul(t, z)
  }
  return mul(y, sqrt(norm))
}

function scaledIdentity(n: number, scale: number): Tensor {
  return constant(() => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? scale : 0)), [n, n])
}
