// Means and deviations of features (Huang and Belongie 2017, "Arbitrary Style Transfer in Real-time with Adaptive Instance
// Normalization", equation 13).

import { add, div, maximum, mul, sqrt, square, sub } from '../graph/elementwise.ts'
import { concat, reshape, sliceAxis } from '../graph/layout.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { mean, sum } from '../graph/reduce.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'

/**
 * Mean and deviation (of the sample, with 1e-5 under the root, as in AdaIN's code) of every channel: [2, N].
 * @param weights [1, H·W], adding up to 1: what counts where
 */
export function channelMoments(features: Tensor, weights?: Tensor): Tensor {
  const [, n, h, w] = features.shape as [number, number, number, number]
  const flat = reshape(features, [n, h * w])
  const centre = weights ? matmul(flat, swap(weights)) : mean(flat, [1], true)
  const apart = square(sub(flat, centre))
  const variance = weights ? matmul(apart, swap(weights)) : div(sum(apart, [1], true), Math.max(1, h * w - 1))
  return reshape(concat([centre, sqrt(add(variance, 1e-5))], 0), [2, n])
}

/**
 * The same from sums over places, Σ w·f [N, 1] and Σ w·f·fᵀ [N, N].
 * @param positions how many places there are where all weigh alike, whose deviation is the sample's
 */
export function momentsFromSums(first: Tensor, second: Tensor, positions?: number): Tensor {
  const n = first.shape[0]!
  const diagonal = constant(() => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)), [n, n])
  const variance = sub(sum(mul(second, diagonal), [1], true), square(first))
  const scale = positions === undefined ? 1 : positions / Math.max(1, positions - 1)
  return reshape(concat([first, sqrt(add(maximum(mul(variance, scale), 0), 1e-5))], 0), [2, n])
}

/** Mean squared differences of the means and of the deviations, added. @param moments,target [2, N] */
export function momentsLoss(moments: Tensor, target: Tensor): Tensor {
  return scope('moments', () => {
    const row = (i: number): Tensor =>
      mean(square(sub(sliceAxis(moments, 0, i, i + 1), sliceAxis(target, 0, i, i + 1))))
    return add(row(0), row(1))
  })
}
