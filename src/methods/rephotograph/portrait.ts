/**
 * From the picture file to the aligned gray portrait: the first part of a run, also of `rephoto encode`.
 */
import { type AlignedPortrait, type AlignOptions, alignPortrait } from '../../align/align.ts'
import { readLandmarks } from '../../align/landmarks.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { PictureError } from '../../images/error.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'
import type { ResolvedConfig } from './config.ts'

/** Squares may be off by this part of their side: scans are. */
const SQUARENESS = 0.02

/**
 * Cuts the aligned square out of a picture, or takes the picture for it.
 * @param tell hears of the crop, with what the user should know about it; not called where nothing was cut
 */
export async function alignedPortrait(
  picture: Bitmap,
  config: ResolvedConfig,
  tell: (found: AlignedPortrait) => void | Promise<void> = () => {},
): Promise<Bitmap> {
  const { mode, face, landmarks, turn, doubt, outputSize, transformSize } = config.align
  if (mode === 'none') {
    const { width, height } = picture
    if (Math.abs(width - height) <= SQUARENESS * Math.max(width, height)) return picture
    throw new PictureError(
      `expected a square picture that is already aligned, found ${width}×${height}; let the face be found with --align auto`,
    )
  }
  const options: AlignOptions = {
    outputSize: outputSize === 'crop' ? 'own' : outputSize,
    transformSize,
    turn,
    doubt,
    ...(face === null ? {} : { face }),
    ...(landmarks === null
      ? {}
      : { landmarks: await readLandmarks(landmarks, { picture, ...(face === null ? {} : { face }) }) }),
  }
  const found = await alignPortrait(picture, options)
  await tell(found)
  return found.bitmap
}

/**
 * What the target starts from, and turned to gray the encoders: reduced to the generator's size if wider (in colour, by
 * PIL's bicubic, as the reference does). A smaller portrait stays as it is.
 */
export function fittedPortrait(aligned: Bitmap, size: number): Bitmap {
  return aligned.width > size ? resize(toColor(aligned), size, size, 'bicubic') : aligned
}

/** The same in gray. */
export function grayPortrait(aligned: Bitmap, size: number): Bitmap {
  return toGray(fittedPortrait(aligned, size))
}
