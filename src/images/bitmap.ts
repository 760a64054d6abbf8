// The picture type that everything outside the graph works on: 8-bit sRGB, interleaved rows, gray or colour. Eight bits
// on purpose: the reference's steps before and after the networks (alignment, parsing, histogram matching) are defined
// on 8-bit pictures, rounding included. Networks want planar float32; the two conversions are at the bottom.
import { PictureError } from './error.ts'

export interface Bitmap {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** height × width × channels bytes, row by row, channels interleaved (R, G, B), sRGB. */
  readonly data: Uint8Array
}

/** Sides in pixels. */
export interface Side {
  readonly width: number
  readonly height: number
}

/** Value range of a float tensor: '01' is [0, 1], 'pm1' is [-1, 1]. */
export type PixelRange = '01' | 'pm1'

/** How floats become bytes: 'round' to nearest (ties up), or 'truncate' toward zero as the reference does. */
export type Rounding = 'round' | 'truncate'

/**
 * A bitmap over `data`, or a new black one.
 * @throws PictureError when the sides are not positive integers or the bytes don't fit them.
 */
export function createBitmap(width: number, height: number, channels: 1 | 3, data?: Uint8Array): Bitmap {
  checkSides(width, height)
  const length = width * height * channels
  if (data && data.length !== length) {
    throw new PictureError(`a ${width}×${height}×${channels} picture has ${length} bytes, got ${data.length}`)
  }
  return { width, height, channels, data: data ?? new Uint8Array(length) }
}

/** @throws PictureError unless both sides are positive integers. */
export function checkSides(width: number, height: number): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new PictureError(`a picture needs whole, positive sides, got ${width}×${height}`)
  }
}

/**
 * Planar float32 [channels, height, width] of a bitmap.
 *
 * The arithmetic is done in float32 step by step (v/255, then (x − 0.5)/0.5), as the reference's input transform does:
 * only so does its later truncation to 8 bits drop the same 63 gray levels (see `fromPlanar`).
 */
export function toPlanar(bitmap: Bitmap, range: PixelRange): Float32Array {
  const { width, height, channels, data } = bitmap
  const table = new Float32Array(256)
  for (let v = 0; v < 256; v++) {
    const unit = Math.fround(v / 255)
    table[v] = range === '01' ? unit : Math.fround(Math.fround(unit - 0.5) / 0.5)
  }
  const area = width * height
  const planar = new Float32Array(channels * area)
  for (let c = 0; c < channels; c++) {
    for (let i = 0, source = c, target = c * area; i < area; i++, source += channels) {
      planar[target++] = table[data[source]!]!
    }
  }
  return planar
}

/**
 * The bitmap of a planar float32 tensor [channels, height, width] (batch 1); values outside the range are clipped.
 *
 * 'truncate' is the reference's conversion, ⌊255·x⌋ in float32; **quirk** (Time-Travel Rephotography, public code):
 * 63 of the 256 levels of a picture that went through `toPlanar(…, 'pm1')` come back one lower. 'round' returns every
 * level unchanged.
 * @throws PictureError when the length does not fit, or a value is not a number.
 */
export function fromPlanar(
  planar: Float32Array,
  shape: { channels: 1 | 3; height: number; width: number },
  range: PixelRange,
  rounding: Rounding,
): Bitmap {
  const { channels, height, width } = shape
  const bitmap = createBitmap(width, height, channels)
  const area = width * height
  if (planar.length !== channels * area) {
    throw new PictureError(
      `a planar [${channels}, ${height}, ${width}] picture has ${channels * area} values, got ${planar.length}`,
    )
  }
  for (let c = 0; c < channels; c++) {
    for (let i = 0, source = c * area, target = c; i < area; i++, target += channels) {
      const value = planar[source++]!
      // the negated comparison also catches NaN, which a byte array would silently turn to black
      if (!(value >= -Infinity)) throw new PictureError(`value ${i} of channel ${c} is not a number`)
      const unit = range === '01' ? value : Math.fround(Math.fround(Math.min(Math.max(value, -1), 1) + 1) / 2)
      const scaled = Math.fround(Math.min(Math.max(unit, 0), 1) * 255)
      bitmap.data[target] = rounding === 'round' ? Math.floor(scaled + 0.5) : scaled
    }
  }
  return bitmap
}
