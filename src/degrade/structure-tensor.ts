// Local orientation of a picture: the smoothed structure tensor (Brox et al. 2006), as the anisotropic Kuwahara filter
// uses it (Kyprianidis et al. 2009, section 3.1).

import { add, div, mul, sqrt, square, sub } from '../graph/elementwise.ts'
import { pad, slice } from '../graph/layout.ts'
import { sum } from '../graph/reduce.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { gaussianBlur } from './gaussian.ts'

export interface Orientation {
  /** cos 2φ and sin 2φ of the direction along edges (of least change), [N, 1, H, W]; both 0 where there is none. */
  cos2: Tensor
  sin2: Tensor
  /** (λ₁ − λ₂)/(λ₁ + λ₂): 0 no direction, 1 one direction, [N, 1, H, W]. */
  anisotropy: Tensor
}

/**
 * Doubled angles, because a direction and its opposite are the same and may be averaged, and because nothing here then
 * needs an angle or a branch.
 *
 * @param x [N, C, H, W]
 * @param smoothing sigma in pixels over which orientations are averaged
 */
export function orientation(x: Tensor, smoothing: number): Orientation {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  // Central differences; on the border, where one side is missing, there is simply no change.
  const padded = pad(x, [0, 0, 1, 1], [0, 0, 1, 1])
  const shifted = (dy: number, dx: number) => slice(padded, [0, 0, 1 + dy, 1 + dx], [n, c, 1 + dy + h, 1 + dx + w])
  const gx = sub(shifted(0, 1), shifted(0, -1))
  const gy = sub(shifted(1, 0), shifted(-1, 0))
  const inside = constant(() => innerPixels(h, w), [1, 1, h, w])
  const averaged = (t: Tensor) => gaussianBlur(mul(sum(t, [1], true), inside), smoothing, 'gaussian')
  const xx = averaged(square(gx))
  const yy = averaged(square(gy))
  const xy = averaged(mul(gx, gy))
  // Eigenvalues (xx + yy)/2 ± d/2, d = √((xx − yy)² + 4xy²); the gradient's direction has 2φ = atan2(2xy, xx − yy).
  const difference = sub(xx, yy)
  const d = sqrt(add(add(square(difference), mul(square(xy), 4)), 1e-12))
  return {
    cos2: div(sub(0, difference), d),
    sin2: div(mul(xy, -2), d),
    anisotropy: div(d, add(add(xx, yy), 1e-4)),
  }
}

/** 1 but for the outermost pixels. */
function innerPixels(h: number, w: number): Float64Array {
  return Float64Array.from({ length: h * w }, (_, i) => {
    const [row, column] = [Math.floor(i / w), i % w]
    return row > 0 && column > 0 && row < h - 1 && column < w - 1 ? 1 : 0
  })
}
