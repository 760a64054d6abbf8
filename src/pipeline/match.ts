/**
 * The target: the gray portrait with its skin tones moved to the sibling's. Where no skin is seen, the whole pictures are
 * matched, and the run is told so: that is better than no match, and better than no run.
 */
import type { ResolvedConfig } from '../config/index.ts'
import type { CompileOptions } from '../engine/executable.ts'
import type { Bitmap } from '../images/bitmap.ts'
import type { LoadedPack } from '../models/load.ts'
import { HistogramError, type MatchOptions, matchSkinHistogram } from '../parsing/histogram.ts'
import { skinMasks } from '../parsing/parse-face.ts'
import { quantizeLikeReference } from '../parsing/quantize.ts'
import { parserSize, weightsOf } from './networks.ts'

/** @param sibling the sibling, made 8-bit as the config says */
export async function matchedTarget(
  pack: LoadedPack,
  config: ResolvedConfig,
  gray: Bitmap,
  sibling: Bitmap,
  options: { readonly compile: CompileOptions; readonly warn: (message: string) => void },
): Promise<Bitmap> {
  if (!config.histogram.match) return gray
  const source = quantizeLikeReference(gray, config.histogram.quantize)
  const how: MatchOptions = { sensitivity: config.sensitivity }
  if (!pack.has('bisenet')) {
    options.warn(`pack ${pack.pack.name} has no face parser; tones were matched over the whole picture`)
    return matchSkinHistogram(source, sibling, how).bitmap
  }
  const [sourceMask, siblingMask] = await skinMasks(weightsOf(pack, 'bisenet'), [source, sibling], {
    inputSize: parserSize(pack),
    classes: config.histogram.skinClasses,
    compile: options.compile,
  })
  try {
    return matchSkinHistogram(source, sibling, { ...how, sourceMask: sourceMask!, siblingMask: siblingMask! }).bitmap
  } catch (error) {
    if (!(error instanceof HistogramError)) throw error
    options.warn('the face parser saw no skin; tones were matched over the whole picture')
    return matchSkinHistogram(source, sibling, how).bitmap
  }
}
