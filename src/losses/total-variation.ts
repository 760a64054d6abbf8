// Total variation: the sum of a picture's slopes (Rudin, Osher and Fatemi 1992).

import { padBorder } from '../graph/border.ts'
import { abs, add, mul, sqrt, square, sub } from '../graph/elementwise.ts'
import { slice, sliceAxis } from '../graph/layout.ts'
import { mean, sum } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'

/**
 * Mean over the pixels but the last row and column: 'isotropic' √(dx² + dy² + ε²), 'anisotropic' |dx| + |dy|.
 * @param x [N, C, H, W]
 */
export function variation(x: Tensor, kind: 'isotropic' | 'anisotropic', epsilon: number): Tensor {
  return scope('total_variation', () => {
    const [h, w] = x.shape.slice(2) as [number, number]
    const here = sliceAxis(sliceAxis(x, 2, 0, h - 1), 3, 0, w - 1)
    const down = sub(sliceAxis(sliceAxis(x, 2, 1, h), 3, 0, w - 1), here)
    const right = sub(sliceAxis(sliceAxis(x, 2, 0, h - 1), 3, 1, w), here)
    if (kind === 'anisotropic') return mean(add(abs(down), abs(right)))
    return mean(sqrt(add(add(square(down), square(right)), epsilon * epsilon)))
  })
}

/**
 * Forms of total variation in style transfer:
 * - 'absolute': Σ|dx| + Σ|dy| (neural-style; also TensorFlow's tutorial);
 * - 'squared': Σdx² + Σdy² (Johnson et al. 2016);
 * - 'nine-point': means of squared slopes along rows, columns and both diagonals, the edge repeated (K. Crowson's
 *   style-transfer-pytorch).
 */
export const variationForms = ['absolute', 'squared', 'nine-point'] as const
export type VariationForm = (typeof variationForms)[number]

/** @param x [1, C, H, W] */
export function totalVariation(x: Tensor, form: VariationForm): Tensor {
  return scope('total_variation', () => {
    if (form === 'nine-point') return ninePoint(x)
    const size = form === 'absolute' ? abs : square
    return [2, 3]
      .filter((axis) => x.shape[axis]! > 1)
      .map((axis) => {
        const side = x.shape[axis]!
        return sum(size(sub(sliceAxis(x, axis, 1, side), sliceAxis(x, axis, 0, side - 1))))
      })
      .reduce(add, mul(sum(x), 0))
  })
}

function ninePoint(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const padded = padBorder(x, 'replicate', [1, 1, 1, 1])
  const part = (top: number, left: number, height: number, width: number): Tensor =>
    slice(padded, [0, 0, top, left], [n, c, top + height, left + width])
  const slope = (a: Tensor, b: Tensor, divisor: number): Tensor => mul(mean(square(sub(a, b))), 2 / divisor)
  const here = part(1, 1, h, w)
  return [
    slope(part(1, 2, h, w), here, 3),
    slope(part(2, 1, h, w), here, 3),
    slope(part(1, 1, h + 1, w + 1), part(0, 0, h + 1, w + 1), 12),
    slope(part(1, 0, h + 1, w + 1), part(0, 1, h + 1, w + 1), 12),
  ].reduce(add)
}
