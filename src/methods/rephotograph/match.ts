/**
 * The target: the portrait with its skin tones moved to the sibling's. Where no skin is seen, the whole pictures are
 * matched, and the run is told so: that is better than no match, and better than no run.
 */

import type { CompileOptions } from '../../engine/executable.ts'
import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { toGray } from '../../images/gray.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { HistogramError, type MatchOptions, type MatchResult, matchSkinHistogram } from '../../parsing/histogram.ts'
import { skinMasks } from '../../parsing/parse-face.ts'
import { quantizeLikeReference } from '../../parsing/quantize.ts'
import type { ResolvedConfig } from './config.ts'
import { parserSize } from './networks.ts'

/**
 * @param portrait gray, or in colour where a painting keeps its own: then each pixel is moved by as much as its gray is,
 *   so that hues stay
 * @param sibling the sibling, made 8-bit as the config says
 */
export async function matchedTarget(
  pack: LoadedPack,
  config: ResolvedConfig,
  portrait: Bitmap,
  sibling: Bitmap,
  options: { readonly compile: CompileOptions; readonly warn: (message: string) => void },
): Promise<Bitmap> {
  if (!config.histogram.match) return portrait
  const source = quantizeLikeReference(toGray(portrait), config.histogram.quantize)
  const moved = ({ bitmap, table }: MatchResult) => (portrait.channels === 1 ? bitmap : movedTones(portrait, table))
  const how: MatchOptions = { sensitivity: config.sensitivity }
  if (!pack.has('bisenet')) {
    options.warn(`pack ${pack.pack.name} has no face parser; tones were matched over the whole picture`)
    return moved(matchSkinHistogram(source, sibling, how))
  }
  const [sourceMask, siblingMask] = await skinMasks(weightsOf(pack, 'bisenet'), [source, sibling], {
    inputSize: parserSize(pack),
    classes: config.histogram.skinClasses,
    compile: options.compile,
  })
  try {
    return moved(matchSkinHistogram(source, sibling, { ...how, sourceMask: sourceMask!, siblingMask: siblingMask! }))
  } catch (error) {
    if (!(error instanceof HistogramError)) throw error
    options.warn('the face parser saw no skin; tones were matched over the whole picture')
    return moved(matchSkinHistogram(source, sibling, how))
  }
}

/** A colour picture whose pixels are moved as a table moves their gray, equally in all channels. */
export function movedTones(picture: Bitmap, table: Uint8Array): Bitmap {
  const gray = toGray(picture).data
  const data = picture.data.map((v, i) => {
    const level = gray[Math.floor(i / 3)]!
    return Math.min(255, Math.max(0, v + table[level]! - level))
  })
  return createBitmap(picture.width, picture.height, 3, data)
}
