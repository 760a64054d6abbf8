// The styles of a run as one picture, for its report.

import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'

const HEIGHT = 512
const GAP = 8

/** Styles beside each other at one height, on white. */
export function styleSheet(styles: readonly Bitmap[]): Bitmap {
  const height = Math.min(HEIGHT, ...styles.map((style) => style.height))
  const parts = styles.map((style) =>
    resize(toColor(style), Math.max(1, Math.round((style.width * height) / style.height)), height, 'lanczos'),
  )
  const width = parts.reduce((sum, part) => sum + part.width, GAP * (parts.length - 1))
  const data = new Uint8Array(width * height * 3).fill(255)
  let left = 0
  for (const part of parts) {
    for (let y = 0; y < height; y++)
      data.set(part.data.subarray(3 * y * part.width, 3 * (y + 1) * part.width), 3 * (y * width + left))
    left += part.width + GAP
  }
  return createBitmap(width, height, 3, data)
}
