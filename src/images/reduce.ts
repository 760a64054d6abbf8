// Copies of pictures to look at: reduced quickly, by libvips. What numbers depend on is resized by resample.ts.
import sharp from 'sharp'
import { type Bitmap, createBitmap } from './bitmap.ts'

/** A copy whose longer side is at most `side`; the bitmap itself where it is no larger. */
export async function reducedTo(bitmap: Bitmap, side: number): Promise<Bitmap> {
  const { width, height, channels } = bitmap
  if (Math.max(width, height) <= side) return bitmap
  const { data, info } = await sharp(bitmap.data, { raw: { width, height, channels }, limitInputPixels: false })
    .resize(side, side, { fit: 'inside' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return createBitmap(info.width, info.height, channels, new Uint8Array(data.buffer, data.byteOffset, data.length))
}
