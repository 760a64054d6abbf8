// PIL's Image.transform(size, QUAD, …, BILINEAR): the corners of a quadrilateral are mapped to the corners of an upright
// picture, bilinearly inside. Written after libImaging/Geometry.c, with its conventions: output pixel centres at + 0.5,
// bytes truncated after interpolation, black outside the picture.
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import type { Quad } from './geometry.ts'

/**
 * The part of `bitmap` under `quad`, as width × height pixels.
 *
 * Quad coordinates are PIL's: a pixel's centre is at + 0.5, so a point in "pixel index" coordinates needs + 0.5 first.
 * Source positions outside the picture give 0.
 */
export function transformQuad(bitmap: Bitmap, quad: Quad, width: number, height: number): Bitmap {
  const [nw, sw, se, ne] = quad
  const out = createBitmap(width, height, bitmap.channels)
  const { data, channels, width: inWidth, height: inHeight } = bitmap
  const perColumn = 1 / width
  const perRow = 1 / height
  const axis = (k: 0 | 1): readonly [number, number, number, number] => [
    nw[k],
    (ne[k] - nw[k]) * perColumn,
    (sw[k] - nw[k]) * perRow,
    (se[k] - sw[k] - ne[k] + nw[k]) * perColumn * perRow,
  ]
  const [x0, xc, xr, xx] = axis(0)
  const [y0, yc, yr, yy] = axis(1)
  let target = 0
  for (let row = 0; row < height; row++) {
    const r = row + 0.5
    for (let column = 0; column < width; column++, target += channels) {
      const c = column + 0.5
      const x = x0 + xc * c + xr * r + xx * c * r
      const y = y0 + yc * c + yr * r + yy * c * r
      if (!(x >= 0 && x < inWidth && y >= 0 && y < inHeight)) continue
      const left = Math.floor(x - 0.5)
      const top = Math.floor(y - 0.5)
      const dx = x - 0.5 - left
      const dy = y - 0.5 - top
      const a = Math.max(left, 0)
      const b = Math.min(left + 1, inWidth - 1)
      const upper = Math.max(top, 0) * inWidth
      const lower = Math.min(top + 1, inHeight - 1) * inWidth
      for (let k = 0; k < channels; k++) {
        const ua = data[(upper + a) * channels + k]!
        const la = data[(lower + a) * channels + k]!
        const u = ua + (data[(upper + b) * channels + k]! - ua) * dx
        const l = la + (data[(lower + b) * channels + k]! - la) * dx
        out.data[target + k] = u + (l - u) * dy
      }
    }
  }
  return out
}
