/** Pictures of a run folder: written whole or not at all, and read only where they are files of their own (inside.ts). */
import type { Bitmap } from '../images/bitmap.ts'
import { readPicture } from '../images/read.ts'
import type { PictureMetadata } from '../images/samples.ts'
import { encodePng, withMetadata } from '../images/write.ts'
import { inside, readInside, writeInside } from './inside.ts'

/** Of a picture that a run has just written. */
const MOST_BYTES = 1 << 30

/**
 * Writes a PNG.
 *
 * @param name in the folder, as runName gives it
 * @param metadata of pictures that people take away; the others have nothing but pixels
 */
export async function writeRunPicture(
  folder: string,
  name: string,
  bitmap: Bitmap,
  metadata?: PictureMetadata,
): Promise<void> {
  const png = await encodePng(bitmap)
  writeInside(folder, name, metadata ? await withMetadata(png, bitmap, metadata) : png)
}

/**
 * Puts what a photograph's file says into a picture of a run that was made of it, whose pixels stay byte for byte as they were
 * compressed. Its resolution only where they are as many: another size has another.
 *
 * @param photo sides of the photograph
 */
export async function keepMetadata(
  folder: string,
  name: string,
  { density, ...metadata }: PictureMetadata,
  photo: Pick<Bitmap, 'width' | 'height'>,
): Promise<void> {
  const png = readInside(folder, name, MOST_BYTES)
  const sides = { width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
  const beforePixels = png.subarray(0, png.indexOf('IDAT'))
  // A method that writes metadata itself knows better.
  if (beforePixels.includes('eXIf') || beforePixels.includes('iCCP')) return
  const isSameSize = sides.width === photo.width && sides.height === photo.height
  const isColor = (png[25]! & 2) !== 0
  const kept = { ...metadata, ...(isSameSize && density !== undefined && { density }) }
  writeInside(folder, name, await withMetadata(png, { ...sides, channels: isColor ? 3 : 1 }, kept))
}

/** Reads a picture of a run. @throws PictureError, RunFolderError */
export function readRunPicture(folder: string, name: string): Promise<Bitmap> {
  return readPicture(inside(folder, name))
}
