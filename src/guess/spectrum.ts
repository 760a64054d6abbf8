/**
 * What blur leaves of a picture's spectrum: the power of its gray levels in rings of spatial frequency.
 *
 * The power of natural pictures falls as 1/f² whatever they show (Field 1987), faces included, and a Gaussian blur of sigma
 * s multiplies it by exp(−(2π·s·f)²); grain adds a floor at high frequencies. Tones and exposure scale all rings alike
 * and drop out against the lowest ones. The picture is transformed by a cosine transform, whose mirrored edges leave no jump
 * that would look like detail, without its margin: there blur has mixed in what lies outside.
 */
import type { Bitmap } from '../images/bitmap.ts'
import { toGray } from '../images/gray.ts'

/** Frequencies, in cycles per pixel, between which the rings lie. */
const LOWEST = 0.03
const HIGHEST = 0.5
/** Rings up to the highest frequency of a row; one more takes what only diagonals have. */
const RINGS = 16
/** Rings that stand for the picture itself. */
const ANCHORS = 3
/** Part of the side that is cut off at each edge. */
const MARGIN = 1 / 8

/** Number of numbers that `spectralFeatures` gives. */
export const SPECTRAL_FEATURES = RINGS + 2

/**
 * Features of the blur: log powers of the rings above the first in units of the first three, the level of those, and the
 * binary logarithm of the side over 128.
 */
export function spectralFeatures(picture: Bitmap): Float64Array {
  const log = ringPowers(picture)
  const anchor = log.slice(0, ANCHORS).reduce((a, b) => a + b, 0) / ANCHORS
  const side = Math.log2(Math.min(picture.width, picture.height) / 128)
  return Float64Array.from([...log.slice(1).map((v) => v - anchor), anchor, side])
}

/** Natural logarithm of the mean power in each ring, gray levels counted from 0 to 1. */
export function ringPowers(picture: Bitmap): number[] {
  const gray = toGray(picture)
  const [w, h] = [inner(gray.width), inner(gray.height)]
  const [left, top] = [(gray.width - w) >> 1, (gray.height - h) >> 1]
  const rows = new Float64Array(w * h)
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) rows[y * w + x] = gray.data[(top + y) * gray.width + left + x]! / 255
  // Rows, then, turned, columns.
  const spectrum = cosineRows(cosineRows(rows, h, w), w, h)
  const sums = new Float64Array(RINGS + 1)
  const counts = new Float64Array(RINGS + 1)
  for (let v = 0; v < h; v++)
    for (let u = 0; u < w; u++) {
      const f = Math.hypot(u / (2 * w), v / (2 * h))
      if (f < LOWEST) continue
      const ring = Math.min(RINGS, Math.floor(((f - LOWEST) / (HIGHEST - LOWEST)) * RINGS))
      sums[ring]! += spectrum[v * w + u]! ** 2
      counts[ring]!++
    }
  // 1e-7 is far below what rounding to 8 bits leaves (1/255²/12 = 1.3e-6).
  return Array.from(sums, (sum, i) => Math.log(sum / Math.max(1, counts[i]!) + 1e-7))
}

function inner(side: number): number {
  return Math.max(2, Math.round(side * (1 - 2 * MARGIN)))
}

/** Orthonormal DCT-II of every row of [rows, columns]; the result is turned: [columns, rows]. */
function cosineRows(data: Float64Array, rows: number, columns: number): Float64Array {
  const basis = cosineBasis(columns)
  const out = new Float64Array(rows * columns)
  for (let k = 0; k < columns; k++)
    for (let r = 0; r < rows; r++) {
      let sum = 0
      for (let x = 0, i = r * columns, j = k * columns; x < columns; x++) sum += data[i++]! * basis[j++]!
      out[k * rows + r] = sum
    }
  return out
}

const bases = new Map<number, Float64Array>()

function cosineBasis(n: number): Float64Array {
  const known = bases.get(n)
  if (known) return known
  const basis = new Float64Array(n * n)
  for (let k = 0; k < n; k++)
    for (let x = 0; x < n; x++)
      basis[k * n + x] = Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (x + 0.5) * k) / n)
  bases.set(n, basis)
  return basis
}
