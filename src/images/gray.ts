// Gray from colour and back. One place, because "gray" has several definitions and the reference uses PIL's for its
// input (mode L) and other ones for the sibling (see src/parsing/histogram.ts).
import { type Bitmap, createBitmap } from './bitmap.ts'

/**
 * 8-bit ITU-R BT.601 luma exactly as PIL's mode L: (19595·R + 38470·G + 7471·B + 0x8000) >> 16.
 * A gray bitmap is returned as it is.
 */
export function toGray(bitmap: Bitmap): Bitmap {
  if (bitmap.channels === 1) return bitmap
  const gray = createBitmap(bitmap.width, bitmap.height, 1)
  const { data } = bitmap
  for (let i = 0, j = 0; i < gray.data.length; i++, j += 3) {
    gray.data[i] = (19595 * data[j]! + 38470 * data[j + 1]! + 7471 * data[j + 2]! + 0x8000) >> 16
  }
  return gray
}

/** Three equal channels from a gray bitmap; a colour bitmap is returned as it is. */
export function toColor(bitmap: Bitmap): Bitmap {
  if (bitmap.channels === 3) return bitmap
  const color = createBitmap(bitmap.width, bitmap.height, 3)
  for (let i = 0, j = 0; i < bitmap.data.length; i++, j += 3) {
    color.data.fill(bitmap.data[i]!, j, j + 3)
  }
  return color
}

/** True when every pixel's channels are equal: a gray picture that was stored in colour. */
export function isGray(bitmap: Bitmap): boolean {
  if (bitmap.channels === 1) return true
  const { data } = bitmap
  for (let j = 0; j < data.length; j += 3) if (data[j] !== data[j + 1] || data[j] !== data[j + 2]) return false
  return true
}
