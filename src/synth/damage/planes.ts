// Pictures as numbers in 0..1, colours interleaved, and what damage does to them: blur, other sizes.

import type { Bitmap } from '../../images/bitmap.ts'
import { createBitmap } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import type { BlurKernel } from './kernels.ts'

/** [height, width, 3]. */
export interface FloatPicture {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

export function floatPicture(picture: Bitmap): FloatPicture {
  const { width, height, data } = toColor(picture)
  return { width, height, data: Float32Array.from(data, (v) => v / 255) }
}

/** @param down as NumPy's cast to bytes does it; else to the nearest level */
export function bytePicture({ width, height, data }: FloatPicture, down = false): Bitmap {
  const level = (v: number) => Math.min(255, Math.max(0, down ? Math.floor(v * 255 + 1e-4) : Math.round(v * 255)))
  return createBitmap(width, height, 3, Uint8Array.from(data, level))
}

export function mapped({ width, height, data }: FloatPicture, map: (v: number, i: number) => number): FloatPicture {
  return { width, height, data: data.map(map) }
}

export const clipped = (picture: FloatPicture) => mapped(picture, (v) => Math.min(1, Math.max(0, v)))

/** Correlates with a kernel; beyond the edge the picture is mirrored about its outermost pixels (OpenCV's filter2D). */
export function blurred({ width, height, data }: FloatPicture, { side, weights }: BlurKernel): FloatPicture {
  const half = (side - 1) / 2
  const columns = Int32Array.from({ length: width + 2 * half }, (_, i) => mirrored(i - half, width))
  const out = new Float32Array(data.length)
  const sums = new Float64Array(3 * width)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let ky = 0; ky < side; ky++) {
      const row = mirrored(y + ky - half, height) * width
      for (let kx = 0; kx < side; kx++) {
        const weight = weights[ky * side + kx]!
        for (let x = 0; x < width; x++) {
          const from = 3 * (row + columns[x + kx]!)
          sums[3 * x]! += weight * data[from]!
          sums[3 * x + 1]! += weight * data[from + 1]!
          sums[3 * x + 2]! += weight * data[from + 2]!
        }
      }
    }
    out.set(sums, 3 * y * width)
  }
  return { width, height, data: out }
}

function mirrored(i: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const at = ((i % period) + period) % period
  return at < length ? at : period - at
}

/** As PyTorch's `interpolate` and OpenCV without antialiasing: `area` is the mean of what a pixel covers, `bicubic` has a = −0.75. */
export type Interpolation = 'area' | 'bilinear' | 'bicubic'

/** @param scale that the new sides were made from: places are told by it; undefined: by the sides */
export function interpolated(
  picture: FloatPicture,
  width: number,
  height: number,
  mode: Interpolation,
  scale?: number,
): FloatPicture {
  const across = axis(picture.width, width, mode, scale)
  const down = axis(picture.height, height, mode, scale)
  const rows = new Float64Array(3 * width * picture.height)
  for (let y = 0; y < picture.height; y++)
    for (const [x, taps] of across.entries())
      for (const [at, weight] of taps)
        for (let c = 0; c < 3; c++)
          rows[3 * (y * width + x) + c]! += weight * picture.data[3 * (y * picture.width + at) + c]!
  const data = new Float64Array(3 * width * height)
  for (const [y, taps] of down.entries())
    for (const [at, weight] of taps)
      for (let i = 0; i < 3 * width; i++) data[3 * y * width + i]! += weight * rows[3 * at * width + i]!
  return { width, height, data: Float32Array.from(data) }
}

type Taps = readonly (readonly [at: number, weight: number])[]

function axis(from: number, to: number, mode: Interpolation, scale: number | undefined): Taps[] {
  const ratio = mode === 'area' || scale === undefined ? from / to : 1 / scale
  return Array.from({ length: to }, (_, i): Taps => {
    if (mode === 'area') {
      const [first, end] = [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)]
      return Array.from({ length: end - first }, (_, k) => [first + k, 1 / (end - first)] as const)
    }
    const place = (i + 0.5) * ratio - 0.5
    const inside = (at: number) => Math.min(from - 1, Math.max(0, at))
    if (mode === 'bilinear') {
      const at = Math.max(0, place)
      const first = Math.floor(at)
      return [
        [inside(first), 1 - (at - first)],
        [inside(first + 1), at - first],
      ]
    }
    const first = Math.floor(place)
    return [-1, 0, 1, 2].map((k) => [inside(first + k), cubic(place - first - k)] as const)
  })
}

function cubic(signed: number): number {
  const [x, a] = [Math.abs(signed), -0.75]
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
}
