// Gaussian kernels, and the reference's way to blur and to reduce a picture. Everything here is separable, so a
// reduction is a pair of small matrices whatever the sizes and grids are.

import { conv2d } from '../graph/conv.ts'
import { add, clamp, div, exp, mul, neg, square, sub } from '../graph/elementwise.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { sum } from '../graph/reduce.ts'
import { interpolationMatrix, type ResampleMatrix, resample } from '../graph/resample.ts'
import { constant, type Tensor } from '../graph/tensor.ts'

/**
 * 'reference': weight ∝ exp(−((x − mean)/(2σ))²), whose effective sigma is √2·σ; 'gaussian': exp(−(x − mean)²/(2σ²)).
 */
export type KernelRule = 'reference' | 'gaussian'

/** One side of a separable kernel of `side` taps, summing to 1. */
export function gaussianTaps(sigma: number, side: number, rule: KernelRule): number[] {
  const spread = rule === 'reference' ? 2 * sigma : Math.SQRT2 * sigma
  const taps = Array.from({ length: side }, (_, i) => Math.exp(-(((i - (side - 1) / 2) / spread) ** 2)))
  const total = taps.reduce((a, b) => a + b, 0)
  return taps.map((t) => t / total)
}

/** Taps of a blur of this radius: 2·⌊2r + 0.5⌋ + 1. */
export function blurSide(radius: number): number {
  return 2 * Math.floor(2 * radius + 0.5) + 1
}

/** The blur of one side as a matrix: banded, zeros outside. */
function blurMatrix(side: number, radius: number, rule: KernelRule): ResampleMatrix {
  const taps = gaussianTaps(radius, blurSide(radius), rule)
  const half = (taps.length - 1) / 2
  const data = new Float64Array(side * side)
  for (let row = 0; row < side; row++)
    taps.forEach((tap, k) => {
      const column = row + k - half
      if (column >= 0 && column < side) data[row * side + column] = tap
    })
  return { from: side, to: side, data }
}

/**
 * x [N, C, H, W] blurred, same size, zeros outside. A short kernel is a convolution of each channel, one side after the
 * other (at 1024 px and five taps a tenth of the time of matrix products); a long one is two products with banded
 * matrices, which cost the same whatever the radius.
 */
export function gaussianBlur(x: Tensor, radius: number, rule: KernelRule): Tensor {
  if (radius <= 0) return x
  const [h, w] = x.shape.slice(2) as [number, number]
  const side = blurSide(radius)
  if (16 * side <= Math.min(h, w)) {
    const c = x.shape[1]!
    const half = (side - 1) / 2
    const taps = gaussianTaps(radius, side, rule)
    const kernel = (kh: number, kw: number): Tensor =>
      constant(Array.from({ length: c }, () => taps).flat(), [c, 1, kh, kw])
    const vertical = conv2d(x, kernel(side, 1), { groups: c, padding: [half, 0, half, 0] })
    return conv2d(vertical, kernel(1, side), { groups: c, padding: [0, half, 0, half] })
  }
  return resample(x, blurMatrix(h, radius, rule), blurMatrix(w, radius, rule))
}

/**
 * The same blur with a radius that is a tensor, differentiable in it: a tap at distance d weighs
 * exp(−(d/spread)²)·min(max(2r + 1 − d, 0), 1), so that the outermost one fades in.
 *
 * @param x [N, C, H, W]; zeros outside
 * @param radius [1], above zero
 * @param options `scale`: pixels per unit of the radius; `largest`: the largest radius in pixels, beyond which no tap is
 */
export function learnedBlur(
  x: Tensor,
  radius: Tensor,
  { scale, largest, rule }: { scale: number; largest: number; rule: KernelRule },
): Tensor {
  const pixels = mul(radius, scale)
  const reach = Math.ceil(2 * largest + 1)
  const weights = (distances: Float64Array, shape: readonly number[]): Tensor => {
    const distance = constant(distances, shape)
    const spread = mul(pixels, rule === 'reference' ? 2 : Math.SQRT2)
    return mul(exp(neg(square(div(distance, spread)))), clamp(sub(add(mul(pixels, 2), 1), distance), 0, 1))
  }
  const total = sum(
    weights(
      Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.abs(i - reach)),
      [2 * reach + 1],
    ),
  )
  const matrix = (side: number): Tensor => {
    const distances = Float64Array.from({ length: side * side }, (_, i) => Math.abs((i % side) - Math.floor(i / side)))
    return div(weights(distances, [side, side]), total)
  }
  const [h, w] = x.shape.slice(2) as [number, number]
  return matmul(matmul(matrix(h), x), swap(matrix(w)))
}

/** Where samples are taken when the sides do not divide: see `reductionMatrix`. */
export type ReductionGrid = 'reference' | 'exact'

/**
 * The reduction of one side from `from` to `to` pixels: a blur with σ = 0.5·from/to over ⌊4σ + 1.5⌋ taps, zeros outside,
 * then samples.
 *
 * 'reference': every k-th pixel of the blurred picture when k = from/to is whole; else the blurred picture (one pixel
 * smaller when the kernel is even) is read bilinearly at i·k·(a'/(from − 1)) − 0.5, a' its side, zeros outside: the
 * positions were normalised for one convention of the sampler and read in the other. 'exact': an odd kernel, and samples
 * at the centres of the new pixels.
 */
export function reductionMatrix(from: number, to: number, rule: KernelRule, grid: ReductionGrid): ResampleMatrix {
  const ratio = from / to
  const sigma = 0.5 * ratio
  const taps = Math.floor(4 * sigma + 1.5)
  const side = grid === 'exact' ? taps | 1 : taps
  const kernel = gaussianTaps(sigma, side, rule)
  const before = Math.floor((side - 1) / 2)
  const whole = Number.isInteger(ratio) && grid === 'reference'
  const blurredSide = from + 2 * before - side + 1
  const positions = Array.from({ length: to }, (_, i) => {
    if (whole) return i * ratio
    if (grid === 'exact') return (i + 0.5) * ratio - 0.5
    return i * ratio * (blurredSide / (from - 1)) - 0.5
  })
  const sampling = interpolationMatrix(blurredSide, positions, grid === 'exact' ? 'edge' : 'zero')
  const data = new Float64Array(to * from)
  for (let row = 0; row < to; row++)
    for (let b = 0; b < blurredSide; b++) {
      const share = sampling.data[row * blurredSide + b]!
      if (share === 0) continue
      for (let k = 0; k < side; k++) {
        const source = b + k - before
        if (source >= 0 && source < from) data[row * from + source]! += share * kernel[k]!
      }
    }
  return { from, to, data }
}
