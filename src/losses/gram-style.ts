// The style loss of one layer by its Gram matrix, in the normalisations of the schools. All are multiples of the same
// sum, but by different powers of the number of channels N, so that the weights of layers against each other differ by N²
// between Gatys' and neural-style's: the normalisation is a choice of its own.

import { mul, square, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { sum } from '../graph/reduce.ts'
import { selfProduct } from '../graph/self-product.ts'
import { scope, type Tensor } from '../graph/tensor.ts'

/**
 * With G the Gram matrix F·Fᵀ, A that of the style, M and M′ their numbers of positions:
 * - 'gatys': Σ(G/M − A/M′)²/(4N²) (Gatys, Ecker and Bethge 2016, equation 4);
 * - 'neural-style': the mean of (G/(NM) − A/(NM′))², also PyTorch's tutorial;
 * - 'tensorflow': the mean of (G/M − A/M′)² (its tutorial);
 * - 'johnson': Σ(G/(NM) − A/(NM′))² (Johnson, Alahi and Fei-Fei 2016, equation 4).
 */
export const gramNormalizations = ['gatys', 'neural-style', 'tensorflow', 'johnson'] as const
export type GramNormalization = (typeof gramNormalizations)[number]

const factors: Record<GramNormalization, (channels: number) => number> = {
  gatys: (n) => 1 / (4 * n ** 2),
  'neural-style': (n) => 1 / n ** 4,
  tensorflow: (n) => 1 / n ** 2,
  johnson: (n) => 1 / n ** 2,
}

/**
 * F·Fᵀ/M of features [1, N, H, W], M = H·W: [N, N]. With weights, Σ w·f·fᵀ: what counts where.
 * @param weights [1, H·W], adding up to 1
 */
export function gramPerPosition(features: Tensor, weights?: Tensor): Tensor {
  const [, n, h, w] = features.shape as [number, number, number, number]
  const flat = reshape(features, [n, h * w])
  return weights ? selfProduct(flat, weights) : mul(selfProduct(flat), 1 / (h * w))
}

/** @param gram,target [N, N] each, per position */
export function gramStyleLoss(gram: Tensor, target: Tensor, normalization: GramNormalization): Tensor {
  // Row by row: one sum over all of 512² loses the fifth digit in single precision.
  return scope('gram_style', () =>
    mul(sum(sum(square(sub(gram, target)), [1])), factors[normalization](gram.shape[0]!)),
  )
}
