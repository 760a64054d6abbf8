// Pictures of a run folder: for looking at, in 8 bits on white, and no larger than a report can take.

import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { resize } from '../images/resample.ts'
import { isDeepPicture, type Samples } from '../images/samples.ts'

/** Pixels that a picture in a run folder has at the most. */
export const MOST_SHOWN = 48e6

/** A picture as a screen shows it. */
export function shownPicture({ width, height, channels, data, alpha }: Samples): Bitmap {
  const shift = data instanceof Uint16Array ? 257 : 1
  const out = createBitmap(width, height, channels)
  const largest = 255 * shift
  for (let p = 0, i = 0; p < width * height; p++)
    for (let c = 0; c < channels; c++, i++) {
      const share = alpha ? alpha[p]! / largest : 1
      out.data[i] = Math.round((data[i]! * share + largest * (1 - share)) / shift)
    }
  return out
}

/** The same, made smaller where it has more pixels than a run folder takes. */
export function reduced(picture: Bitmap): Bitmap {
  const factor = Math.sqrt(MOST_SHOWN / (picture.width * picture.height))
  if (factor >= 1) return picture
  return resize(picture, Math.floor(picture.width * factor), Math.floor(picture.height * factor), 'box')
}

/** Whether nothing of a picture is lost in what a run folder shows of it. */
export function isWhollyShown(picture: Samples): boolean {
  return !isDeepPicture(picture) && !picture.alpha && picture.width * picture.height <= MOST_SHOWN
}
