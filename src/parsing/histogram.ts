// Skin histogram matching: the antique's tones are moved to the sibling's, so that the optimization does not spend
// itself on exposure and contrast. After tools/match_histogram.py of Time-Travel Rephotography (SIGGRAPH Asia 2021),
// which works on 8-bit pictures through OpenCV; its roundings are kept.
import { RephotoError } from '../error.ts'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'

/** What the old emulsion saw: blue only, green and blue, or nearly what the eye sees. */
export type Sensitivity = 'b' | 'gb' | 'g'

/** Pictures to be matched don't fit their masks, or a mask is empty. One line. */
export class HistogramError extends RephotoError {
  override readonly name: string = 'HistogramError'
}

/**
 * The sibling as the emulsion would have recorded it, 8 bit, 1 channel:
 * b = blue; gb = ⌊(blue + green)/2⌋; g = (3735·B + 19235·G + 9798·R + 16384) >> 15 (OpenCV's BGR to gray).
 */
export function emulsionGray(bitmap: Bitmap, sensitivity: Sensitivity): Bitmap {
  const { data, width, height } = toColor(bitmap)
  const gray = createBitmap(width, height, 1)
  for (let i = 0, j = 0; i < gray.data.length; i++, j += 3) {
    const r = data[j]!
    const g = data[j + 1]!
    const b = data[j + 2]!
    gray.data[i] =
      sensitivity === 'b' ? b : sensitivity === 'gb' ? (b + g) >> 1 : (3735 * b + 19235 * g + 9798 * r + 16384) >> 15
  }
  return gray
}

/**
 * Counts of the 256 levels of a gray bitmap where `mask` is not 0.
 * @param mask width × height bytes; left out, every pixel counts.
 * @throws HistogramError when the mask has another size or selects nothing.
 */
export function levelCounts(gray: Bitmap, mask: Uint8Array | undefined, what: string): Uint32Array {
  if (gray.channels !== 1) throw new HistogramError(`${what}: expected a gray picture, found ${gray.channels} channels`)
  if (mask && mask.length !== gray.data.length) {
    throw new HistogramError(
      `${what}: expected a mask of ${gray.width}×${gray.height} = ${gray.data.length} bytes, found ${mask.length}`,
    )
  }
  const counts = new Uint32Array(256)
  let total = 0
  for (let i = 0; i < gray.data.length; i++) {
    if (mask && mask[i] === 0) continue
    counts[gray.data[i]!]!++
    total++
  }
  if (total === 0) {
    throw new HistogramError(`${what}: no skin was found to match tones on; match the whole picture or turn it off`)
  }
  return counts
}

/**
 * For every source level the first reference level whose cumulative share is at least the source's; where there is
 * none, the previous level's answer. Shares are compared exactly, by cross-multiplied counts.
 */
export function matchingTable(source: Uint32Array, reference: Uint32Array): Uint8Array {
  const sum = (counts: Uint32Array): number => counts.reduce((a, b) => a + b, 0)
  const sourceTotal = sum(source)
  const referenceTotal = sum(reference)
  const table = new Uint8Array(256)
  let below = 0 // source pixels up to this level
  let level = 0 // both cumulative sums only grow, so the search goes on where it stopped
  let reached = reference[0]!
  for (let v = 0; v < 256; v++) {
    below += source[v]!
    while (level < 255 && reached * sourceTotal < below * referenceTotal) reached += reference[++level]!
    table[v] = level
  }
  return table
}

/** A gray bitmap with every level replaced by the table's. */
export function applyTable(gray: Bitmap, table: Uint8Array): Bitmap {
  return createBitmap(
    gray.width,
    gray.height,
    gray.channels,
    gray.data.map((v) => table[v]!),
  )
}

export interface MatchOptions {
  readonly sensitivity: Sensitivity
  /** Skin of the source, of the source's size; left out, the whole picture. */
  readonly sourceMask?: Uint8Array
  /** Skin of the sibling, of the sibling's size; left out, the whole picture. */
  readonly siblingMask?: Uint8Array
}

export interface MatchResult {
  /** The whole source through the table: 1 channel, the source's size. */
  readonly bitmap: Bitmap
  readonly table: Uint8Array
}

/**
 * Matches the tones of a gray picture to its sibling's, counting skin only.
 *
 * Both come in as bitmaps: whether floats were truncated (the reference, **quirk**: 63 of 256 gray levels drop by one)
 * or rounded to 8 bits is decided by whoever makes them, see `quantizeLikeReference` in quantize.ts.
 * @throws HistogramError for a colour source, masks that don't fit, or masks without skin.
 */
export function matchSkinHistogram(source: Bitmap, sibling: Bitmap, options: MatchOptions): MatchResult {
  const seen = emulsionGray(sibling, options.sensitivity)
  const table = matchingTable(
    levelCounts(source, options.sourceMask, 'the input'),
    levelCounts(seen, options.siblingMask, 'the sibling'),
  )
  return { bitmap: applyTable(source, table), table }
}
