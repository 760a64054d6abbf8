/** Judges the pixels of a file by its format. */
import { judgeGif } from './gif.ts'
import { judgeJpegPixels } from './jpeg-pixels.ts'
import { judgeTiff } from './tiff.ts'
import { UNJUDGED, type Verdict } from './verdict.ts'
import { judgeWebp } from './webp.ts'

/** @param format sharp's name of it */
export async function judge(data: Buffer, format: string): Promise<Verdict> {
  switch (format) {
    case 'jpeg':
      return judgeJpegPixels(data)
    case 'webp':
      return judgeWebp(data)
    case 'gif':
      return judgeGif(data)
    case 'tiff':
      return judgeTiff(data)
    default:
      return UNJUDGED // PNG has sums, AVIF's decoder checks how its code ends
  }
}
