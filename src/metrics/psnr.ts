// Peak signal-to-noise ratio of 8-bit pictures, the plainest measure of "the same picture".
import type { Bitmap } from '../images/bitmap.ts'
import { MetricError } from './error.ts'

/** Throws a MetricError unless two bitmaps have the same size and channels. */
export function checkComparable(a: Bitmap, b: Bitmap): void {
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels) {
    const text = (p: Bitmap): string => `${p.width}×${p.height}×${p.channels}`
    throw new MetricError(`pictures of one size are needed, got ${text(a)} and ${text(b)}`)
  }
}

/** Mean squared difference over all pixels and channels, in squared 8-bit levels. */
export function meanSquaredError(a: Bitmap, b: Bitmap): number {
  checkComparable(a, b)
  let sum = 0
  for (let i = 0; i < a.data.length; i++) {
    const difference = a.data[i]! - b.data[i]!
    sum += difference * difference
  }
  return sum / a.data.length
}

/**
 * 10·log10(255² / MSE) in dB; Infinity for equal pictures. (ITU-T J.340; the usual definition with one MSE over all
 * channels.)
 * @throws MetricError when the sizes differ.
 */
export function psnr(a: Bitmap, b: Bitmap): number {
  return 10 * Math.log10((255 * 255) / meanSquaredError(a, b))
}
