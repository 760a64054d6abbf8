// Picture files in, whatever people have: JPEG, PNG, WebP, TIFF, GIF, AVIF; gray, 16-bit, CMYK, transparent, rotated by
// EXIF. Decoding is sharp's (libvips); this file decides what is refused, and refuses it from the header, before memory
// for the pixels is asked for. A damaged file is an error and never a half-gray picture.
import { readFile, stat } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { type Bitmap, createBitmap } from './bitmap.ts'
import { firstLine, PictureError } from './error.ts'

/** Longest side that is read, in pixels. Larger than any camera's; small enough that a strip can't exhaust memory. */
export const MAX_SIDE = 20_000
/** Largest area that is read, in pixels (about 480 MB of 8-bit RGB): a 150-megapixel scan passes. */
export const MAX_PIXELS = 160_000_000
/** Largest file that is opened: an uncompressed 16-bit scan of MAX_PIXELS fits. */
const MAX_BYTES = 1_000_000_000

const FORMATS = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif', 'jp2k', 'jxl'])

/**
 * Reads a picture file as 8-bit sRGB.
 *
 * - EXIF orientation is applied; an embedded colour profile (also of CMYK files) is converted to sRGB.
 * - 16 bits per channel become 8; a gray file gives one channel, every other three.
 * - Transparency is composited on white, as paper would show through.
 * - Of animations and multi-page files the first frame is read.
 *
 * @throws PictureError, one line, for a missing file, a folder, something that is not a picture, a damaged or truncated
 * file, and pictures over MAX_SIDE or MAX_PIXELS.
 */
export async function readPicture(path: string): Promise<Bitmap> {
  await checkFile(path)
  // Bytes, not the path: libvips remembers pictures by path and would return an overwritten file's old content.
  // Its own size limit is off because ours, below, is stricter, covers single sides and names the numbers.
  const input = sharp(await readFile(path), { failOn: 'error', limitInputPixels: false, sequentialRead: true })
  const header = await readHeader(input, path)
  try {
    const { data, info } = await input
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace(header.gray ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 1 && info.channels !== 3) {
      throw new PictureError(`${path}: expected 1 or 3 channels after decoding, found ${info.channels}`)
    }
    return createBitmap(
      info.width,
      info.height,
      info.channels,
      new Uint8Array(data.buffer, data.byteOffset, data.length),
    )
  } catch (error) {
    if (error instanceof PictureError) throw error
    throw new PictureError(`${path}: the picture is damaged or incomplete (${firstLine(error)}); use an intact copy`)
  }
}

async function checkFile(path: string): Promise<void> {
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new PictureError(`${path}: no such file; expected a picture (JPEG, PNG, WebP, TIFF, …)`)
    }
    throw new PictureError(`${path}: can't be read (${error.code ?? firstLine(error)}); check its permissions`)
  })
  if (!entry.isFile()) throw new PictureError(`${path}: expected a picture file, found a folder or device`)
  if (entry.size > MAX_BYTES) throw new PictureError(`${path}: ${entry.size} bytes are too many for a picture`)
  if (entry.size === 0) throw new PictureError(`${path}: the file is empty; expected a picture`)
}

async function readHeader(input: Sharp, path: string): Promise<{ gray: boolean }> {
  const header = await input.metadata().catch((error: unknown) => {
    throw new PictureError(`${path}: not a picture that can be read (${firstLine(error)}); convert it to PNG or JPEG`)
  })
  const { width, height, format } = header
  // SVG and PDF have no pixels of their own and can refer to other files
  if (!FORMATS.has(format ?? '')) {
    throw new PictureError(`${path}: expected a photograph's format, found ${format}; convert it to PNG or JPEG`)
  }
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new PictureError(
      `${path}: ${width}×${height} pixels are too many; at most ${MAX_SIDE} a side and ` +
        `${MAX_PIXELS / 1e6} million in all are read: scale it down first`,
    )
  }
  return { gray: header.space === 'b-w' || header.space === 'grey16' }
}
