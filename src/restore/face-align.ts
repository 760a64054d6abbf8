// Faces as the face network takes them: a square in which eyes, nose and mouth stand where its training put them, and back.

import type { Point } from '../align/geometry.ts'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'

/** Left eye, right eye, nose, corners of the mouth, in a square of 512. */
const TEMPLATE: readonly Point[] = [
  [196, 226],
  [316, 226],
  [256, 286],
  [220, 360.4],
  [292, 360.4],
]
/** The template is made larger about the middle, so that hair and chin come along. */
const SCALE = 1.3

/** x' = a·x − b·y + tx, y' = b·x + a·y + ty. */
export interface Similarity {
  readonly a: number
  readonly b: number
  readonly tx: number
  readonly ty: number
}

/** Where the five points stand in a square of `side`. */
export function templatePoints(side: number): Point[] {
  const placed = (v: number): number => (((v / 256 - 1) * SCALE + 1) / 2) * side
  return TEMPLATE.map(([x, y]) => [placed(x), placed(y)])
}

/** The same five of 68: eyes as the middle of their corners. */
export function fivePoints(landmarks: readonly Point[]): Point[] {
  const middle = (i: number, j: number): Point => [
    (landmarks[i]![0] + landmarks[j]![0]) / 2,
    (landmarks[i]![1] + landmarks[j]![1]) / 2,
  ]
  return [middle(36, 39), middle(42, 45), landmarks[30]!, landmarks[48]!, landmarks[54]!]
}

/** The turn, size and shift that brings points nearest to others in the mean square (Umeyama 1991, in the plane). */
export function similarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const mean = (points: readonly Point[], k: 0 | 1): number => points.reduce((s, p) => s + p[k], 0) / points.length
  const [fx, fy, gx, gy] = [mean(from, 0), mean(from, 1), mean(to, 0), mean(to, 1)]
  let [same, turned, size] = [0, 0, 0]
  from.forEach(([x, y], i) => {
    const [dx, dy, ex, ey] = [x - fx, y - fy, to[i]![0] - gx, to[i]![1] - gy]
    same += dx * ex + dy * ey
    turned += dx * ey - dy * ex
    size += dx * dx + dy * dy
  })
  const [a, b] = [same / size, turned / size]
  return { a, b, tx: gx - (a * fx - b * fy), ty: gy - (b * fx + a * fy) }
}

export function inverse({ a, b, tx, ty }: Similarity): Similarity {
  const d = a * a + b * b
  const [p, q] = [a / d, -b / d]
  return { a: p, b: q, tx: -(p * tx - q * ty), ty: -(q * tx + p * ty) }
}

type Kernel = (distance: number) => number

const linear: Kernel = (t) => Math.max(0, 1 - Math.abs(t))

const cubic: Kernel = (t) => {
  const x = Math.abs(t)
  return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}

/**
 * A picture of width × height whose pixel (x, y) is the source's at `where`; 0 outside of the source.
 * @param kernel between pixels: linear, as faces are cut out, or cubic, as they are put back
 */
export function warped(
  source: Bitmap,
  where: Similarity,
  { width, height }: Pick<Bitmap, 'width' | 'height'>,
  kernel: 'linear' | 'cubic',
): Bitmap {
  const out = createBitmap(width, height, source.channels)
  const [weight, reach] = kernel === 'linear' ? [linear, 1] : [cubic, 2]
  const { channels } = source
  const sums = [0, 0, 0]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const sx = where.a * x - where.b * y + where.tx
      const sy = where.b * x + where.a * y + where.ty
      if (sx < -0.5 || sy < -0.5 || sx > source.width - 0.5 || sy > source.height - 0.5) continue
      const [left, top] = [Math.floor(sx), Math.floor(sy)]
      sums.fill(0)
      for (let j = top - reach + 1; j <= top + reach; j++) {
        const row = Math.min(Math.max(j, 0), source.height - 1) * source.width
        const wy = weight(sy - j)
        for (let i = left - reach + 1; i <= left + reach; i++) {
          const w = wy * weight(sx - i)
          const at = (row + Math.min(Math.max(i, 0), source.width - 1)) * channels
          for (let c = 0; c < channels; c++) sums[c]! += w * source.data[at + c]!
        }
      }
      const target = (y * width + x) * channels
      for (let c = 0; c < channels; c++) out.data[target + c] = Math.min(255, Math.max(0, Math.round(sums[c]!)))
    }
  return out
}
