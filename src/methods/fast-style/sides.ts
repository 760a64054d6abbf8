// Sizes of what is painted.

import type { Side } from '../../images/bitmap.ts'
import type { FastStyleConfig } from './schema.ts'

/** Sides of the result. */
export function contentSide({ size }: Pick<FastStyleConfig, 'size'>, { width, height }: Side): Side {
  if (size === null) return { width, height }
  const factor = size / Math.max(width, height)
  const sized = (length: number) => Math.max(1, Math.round(length * factor))
  return { width: sized(width), height: sized(height) }
}
