// Small upright pictures of parts of a picture, as the face networks want them: a square region, perhaps turned or
// mirrored, antialiased down to the network's size, the edge pixels continued where it leaves the picture.
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { resize } from '../images/resample.ts'
import type { Point } from './geometry.ts'

/** A square in the picture: its centre, its side in pixels, its turn in radians (positive: clockwise on screen). */
export interface Square {
  readonly center: Point
  readonly side: number
  readonly angle: number
  /** Left and right exchanged. */
  readonly mirrored: boolean
}

/** Maps (u, v) in [0, 1]² of the view to the picture's pixels (corner convention: a pixel's centre is at + 0.5). */
export function viewToPicture(square: Square, u: number, v: number): Point {
  const a = (square.mirrored ? 0.5 - u : u - 0.5) * square.side
  const b = (v - 0.5) * square.side
  const cos = Math.cos(square.angle)
  const sin = Math.sin(square.angle)
  return [square.center[0] + a * cos - b * sin, square.center[1] + a * sin + b * cos]
}

/**
 * The region as a size × size colour bitmap. Sampled bilinearly at two to four times the size, then averaged down, so
 * that film grain and canvas do not alias into the features.
 * @param picture colour bitmap, not much larger than the region needs (see `shrinkFor`).
 */
export function viewOf(picture: Bitmap, square: Square, size: number): Bitmap {
  const fine = size * Math.min(Math.max(Math.ceil(square.side / size), 1), 4)
  const { width, height, data } = picture
  const out = createBitmap(fine, fine, 3)
  for (let row = 0, target = 0; row < fine; row++) {
    for (let column = 0; column < fine; column++, target += 3) {
      const [px, py] = viewToPicture(square, (column + 0.5) / fine, (row + 0.5) / fine)
      const x = Math.min(Math.max(px - 0.5, 0), width - 1)
      const y = Math.min(Math.max(py - 0.5, 0), height - 1)
      const x0 = Math.floor(x)
      const y0 = Math.floor(y)
      const right = x0 + 1 < width ? 3 : 0
      const a = (y0 * width + x0) * 3
      const b = y0 + 1 < height ? a + width * 3 : a
      for (let c = 0; c < 3; c++) {
        const upper = data[a + c]! + (data[a + right + c]! - data[a + c]!) * (x - x0)
        const lower = data[b + c]! + (data[b + right + c]! - data[b + c]!) * (x - x0)
        out.data[target + c] = upper + (lower - upper) * (y - y0) + 0.5
      }
    }
  }
  return fine === size ? out : resize(out, size, size, 'box')
}

/** A copy shrunk by a whole factor, so that `side` pixels become at most `wanted`; and that factor. */
export function shrinkFor(picture: Bitmap, side: number, wanted: number): { picture: Bitmap; factor: number } {
  const factor = Math.max(1, Math.floor(side / wanted))
  if (factor === 1) return { picture, factor }
  const width = Math.max(1, Math.round(picture.width / factor))
  const height = Math.max(1, Math.round(picture.height / factor))
  return { picture: resize(picture, width, height, 'box'), factor }
}
