// Structural similarity: how alike two pictures are in local mean, contrast and structure.
import type { Bitmap } from '../images/bitmap.ts'
import { toGray } from '../images/gray.ts'
import { MetricError } from './error.ts'
import { checkComparable } from './psnr.ts'

const SIDE = 11
const SIGMA = 1.5
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

const WINDOW = gaussianWindow()

function gaussianWindow(): Float64Array {
  const weights = Float64Array.from({ length: SIDE }, (_, i) =>
    Math.exp(-((i - SIDE / 2 + 0.5) ** 2) / (2 * SIGMA ** 2)),
  )
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / total)
}

/** Window means of a plane where the window fits ("valid"): (width − 10) × (height − 10). */
function windowMeans(plane: Float64Array, width: number, height: number): Float64Array {
  const w = width - SIDE + 1
  const h = height - SIDE + 1
  const rows = new Float64Array(w * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0
      for (let k = 0; k < SIDE; k++) sum += WINDOW[k]! * plane[y * width + x + k]!
      rows[y * w + x] = sum
    }
  }
  const out = new Float64Array(w * h)
  for (let i = 0; i < out.length; i++) {
    let sum = 0
    for (let k = 0; k < SIDE; k++) sum += WINDOW[k]! * rows[i + k * w]!
    out[i] = sum
  }
  return out
}

/**
 * Mean SSIM of two 8-bit pictures, −1 to 1 (1: equal). Z. Wang et al., "Image quality assessment: from error
 * visibility to structural similarity", IEEE TIP 13(4), 2004: 11×11 Gaussian window, σ 1.5, K1 0.01, K2 0.03, L 255,
 * only windows that lie inside. Colour is compared in gray (ITU-R 601), without the optional downsampling.
 * @throws MetricError when sizes differ or a side is under 11 pixels.
 */
export function ssim(a: Bitmap, b: Bitmap): number {
  checkComparable(a, b)
  const { width, height } = a
  if (width < SIDE || height < SIDE) throw new MetricError(`SSIM needs at least 11×11 pixels, got ${width}×${height}`)
  const x = Float64Array.from(toGray(a).data)
  const y = Float64Array.from(toGray(b).data)
  const meansOf = (plane: Float64Array): Float64Array => windowMeans(plane, width, height)
  const mx = meansOf(x)
  const my = meansOf(y)
  const xx = meansOf(x.map((v) => v * v))
  const yy = meansOf(y.map((v) => v * v))
  const xy = meansOf(x.map((v, i) => v * y[i]!))
  let sum = 0
  for (let i = 0; i < mx.length; i++) {
    const [p, q] = [mx[i]!, my[i]!]
    const covariance = xy[i]! - p * q
    const variances = xx[i]! - p * p + yy[i]! - q * q
    sum += ((2 * p * q + C1) * (2 * covariance + C2)) / ((p * p + q * q + C1) * (variances + C2))
  }
  return sum / mx.length
}
