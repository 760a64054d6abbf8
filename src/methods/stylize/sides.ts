// Sizes of the pictures at a scale.

import type { Side } from '../../images/bitmap.ts'

/** Sides of a picture whose longer one becomes `longest`; a smaller picture is enlarged. At least 1 px each. */
export function scaledSide({ width, height }: Side, longest: number): Side {
  const factor = longest / Math.max(width, height)
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) }
}

/**
 * A style picture's sides at a scale: as long as the content's longer side times the style scale, never beyond what its file
 * has (enlarging adds no brush strokes).
 */
export function styleSide(file: Side, longest: number, styleScale: number): Side {
  return scaledSide(file, Math.min(Math.max(file.width, file.height), Math.max(16, Math.round(longest * styleScale))))
}
