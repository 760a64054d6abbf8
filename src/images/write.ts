// Picture files out: PNG only, because results must come back exactly. Fixed encoder settings and no time stamps make
// the bytes a function of the pixels (for one version of sharp), so that run folders can be compared by hash; writing
// to a temporary name and renaming means that nobody ever sees half a file.
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import sharp from 'sharp'
import writeFileAtomic from 'write-file-atomic'
import type { Bitmap } from './bitmap.ts'
import { firstLine, PictureError } from './error.ts'

/** PNG bytes of a bitmap: 8-bit gray or RGB, no metadata; equal pixels give equal bytes. */
export async function encodePng(bitmap: Bitmap): Promise<Buffer> {
  const { width, height, channels } = bitmap
  const pixels = Buffer.from(bitmap.data.buffer, bitmap.data.byteOffset, bitmap.data.length)
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 6, adaptiveFiltering: true, palette: false, progressive: false })
    .toBuffer()
}

/**
 * Writes a PNG atomically, making its folder when needed.
 * @throws PictureError, one line, when the file can't be written (no permission, disk full).
 */
export async function writePicture(path: string, bitmap: Bitmap): Promise<void> {
  const bytes = await encodePng(bitmap)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFileAtomic(path, bytes)
  } catch (error) {
    throw new PictureError(`${path}: can't be written (${firstLine(error)}); check the folder and the free space`)
  }
}
