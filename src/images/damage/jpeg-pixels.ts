/** Judges a JPEG by its code (jpeg.ts) and, where that is in order, by the pixels that it gives (jpeg-shift.ts). */
import sharp from 'sharp'
import { judgeJpeg, SHIFTED } from './jpeg.ts'
import { hasShifts } from './jpeg-shift.ts'
import { damaged, type Verdict } from './verdict.ts'

/** Pixels of pictures that are looked at in colour; of larger ones the brightness has to do, for the memory. */
const MOST_IN_COLOR = 50_000_000

export async function judgeJpegPixels(data: Buffer): Promise<Verdict> {
  const { grid, halved = false, ...verdict } = judgeJpeg(data)
  if (!grid || verdict.state === 'damaged') return verdict
  const picture = sharp(data, { failOn: 'none', limitInputPixels: false })
  const isLarge = grid.across * grid.width * grid.down * grid.height > MOST_IN_COLOR
  const decoded = await (isLarge ? picture.greyscale() : picture)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined) // what it says is asked for again, and told, where the picture is read
  if (!decoded || (decoded.info.channels !== 1 && decoded.info.channels !== 3)) return verdict
  const pixels = new Uint8Array(decoded.data.buffer, decoded.data.byteOffset, decoded.data.length)
  return hasShifts({ ...decoded.info, data: pixels }, grid, halved) ? damaged(SHIFTED) : verdict
}
