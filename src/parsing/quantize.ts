// The reference sends its input through ±1 floats and back to bytes before the histogram match, truncating. That drops
// 63 of the 256 gray levels by one. A config key decides whether we do the same.
import { type Bitmap, fromPlanar, type Rounding, toPlanar } from '../images/bitmap.ts'

/** A bitmap after the reference's trip through ±1 floats: 'truncate' is the reference's, 'round' changes nothing. */
export function quantizeLikeReference(bitmap: Bitmap, quantize: Rounding): Bitmap {
  if (quantize === 'round') return bitmap
  return fromPlanar(toPlanar(bitmap, 'pm1'), bitmap, 'pm1', quantize)
}
