import type { Side } from '../../images/bitmap.ts'
import { PictureError } from '../../images/error.ts'

/** Below this there is nothing to restore, and nothing for reflected borders to reflect. */
const LEAST_SIDE = 16

/** @throws PictureError for a picture that is too small */
export function requirePhotograph({ width, height }: Side, path: string): void {
  if (Math.min(width, height) >= LEAST_SIDE) return
  throw new PictureError(
    `${path}: expected a photograph of at least ${LEAST_SIDE} px a side, found ${width}×${height}; scan it larger`,
  )
}
