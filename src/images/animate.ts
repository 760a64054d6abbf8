// Moving pictures: animated WebP or GIF of frames of one size, as the suffix says.
import { extname } from 'node:path'
import sharp from 'sharp'
import type { Bitmap } from './bitmap.ts'
import { PictureError } from './error.ts'
import { toColor } from './gray.ts'
import { writePictureBytes } from './write.ts'

/** Suffixes that a moving picture can be written under. */
export const ANIMATION_SUFFIXES = ['.webp', '.gif']

/** A frame and how long it stands, in milliseconds. */
export interface AnimationFrame {
  readonly bitmap: Bitmap
  readonly milliseconds: number
}

/** The largest strip of frames that is encoded, in pixels: all frames lie in memory at once. */
const MOST_PIXELS = 400_000_000

/**
 * The bytes of an animation that begins anew when it has ended.
 * @throws PictureError where there are no frames, not all of one size, or too many of them
 */
export async function encodeAnimation(frames: readonly AnimationFrame[], format: 'webp' | 'gif'): Promise<Buffer> {
  const [first] = frames
  if (!first) throw new PictureError('expected frames to animate, found none')
  const { width, height } = first.bitmap
  if (width * height * frames.length > MOST_PIXELS) {
    throw new PictureError(
      `${frames.length} frames of ${width}×${height} pixels are too many for one moving picture; make it smaller or take fewer`,
    )
  }
  const pngs: Buffer[] = []
  for (const { bitmap } of frames) {
    if (bitmap.width !== width || bitmap.height !== height) {
      throw new PictureError(`expected frames of ${width}×${height}, found one of ${bitmap.width}×${bitmap.height}`)
    }
    const raw = { width, height, channels: 3 as const }
    pngs.push(await sharp(toColor(bitmap).data, { raw }).png({ compressionLevel: 1 }).toBuffer())
  }
  const delay = frames.map(({ milliseconds }) => Math.round(milliseconds))
  const film = sharp(pngs, { join: { animated: true }, limitInputPixels: false })
  // GIF has 256 colours: noise between frames would make it many times as large.
  return format === 'gif'
    ? film.gif({ delay, loop: 0, interFrameMaxError: 4 }).toBuffer()
    : film.webp({ delay, loop: 0, quality: 88, smartSubsample: true }).toBuffer()
}

/** Writes an animation atomically, in the format of its suffix. @throws PictureError, one line */
export async function writeAnimation(
  path: string,
  frames: readonly AnimationFrame[],
  { exclusive = false }: { readonly exclusive?: boolean } = {},
): Promise<void> {
  const suffix = extname(path).toLowerCase()
  if (!ANIMATION_SUFFIXES.includes(suffix)) {
    throw new PictureError(`${path}: expected a name that ends in ${ANIMATION_SUFFIXES.join(', ')}`)
  }
  const bytes = await encodeAnimation(frames, suffix === '.gif' ? 'gif' : 'webp')
  writePictureBytes(path, bytes, exclusive)
}
