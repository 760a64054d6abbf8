// Skin masks at the sizes of the pictures. After tools/match_histogram.py of Time-Travel Rephotography.
import { type NearestConvention, resizeNearestPlane } from '../images/nearest.ts'

/**
 * A mask at another size. The reference resizes with OpenCV's nearest neighbour, so that is the default; PIL's picks
 * other pixels when the size shrinks (see nearest.ts).
 */
export function resizeMask(
  mask: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
  convention: NearestConvention = 'opencv',
): Uint8Array {
  return resizeNearestPlane(mask, from, to, convention)
}
