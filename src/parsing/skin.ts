// Skin masks from a face parser's label maps: which of the 19 CelebAMask-HQ classes count as skin, and the mask at the
// sizes of the pictures. After tools/parse_face.py and match_histogram.py of Time-Travel Rephotography.
import { type NearestConvention, resizeNearestPlane } from '../images/nearest.ts'

/** First and last class that count as skin in `79999_iter.pth`'s order: skin, brows, eyes, glasses, ears, …, lips. */
export const SKIN_CLASSES = { first: 1, last: 13 } as const

/** 255 where the label is one of the skin classes (no neck, cloth, hair, hat), else 0. */
export function skinOfLabels(labels: Uint8Array): Uint8Array {
  return labels.map((label) => (label >= SKIN_CLASSES.first && label <= SKIN_CLASSES.last ? 255 : 0))
}

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
