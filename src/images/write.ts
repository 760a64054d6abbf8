// The door by which pictures go out. In run folders PNG only, because results must come back exactly: fixed encoder settings and no
// time stamps make the bytes a function of the pixels (for one version of sharp), so that run folders can be compared by hash.
// Elsewhere the suffix decides the format. Writing to a temporary name and renaming means that nobody ever sees half a file, and
// that a link is replaced, not followed.
import { extname } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { writeAtomically } from '../checkpoint/atomic.ts'
import { reasonOf } from '../text/visible.ts'
import type { Bitmap } from './bitmap.ts'
import { PictureError } from './error.ts'
import { derivedExif, withChunks } from './exif.ts'
import { isDeepPicture, type PictureMetadata, type Samples } from './samples.ts'

type PictureFormat = 'png' | 'jpeg' | 'webp' | 'tiff' | 'avif'

const BY_SUFFIX: Readonly<Record<string, PictureFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
}

/** Suffixes that a picture can be written under. */
export const PICTURE_SUFFIXES = Object.keys(BY_SUFFIX)

const HOLDS_16_BITS = new Set<PictureFormat>(['png', 'tiff'])

/** Largest side of a format, where that is less than what is read. */
const LONGEST: Partial<Record<PictureFormat, number>> = { webp: 16_383, avif: 16_384 }

/** PNG bytes of a bitmap: 8-bit gray or RGB, no metadata; equal pixels give equal bytes. */
export async function encodePng(bitmap: Bitmap): Promise<Buffer> {
  const { width, height, channels } = bitmap
  const pixels = Buffer.from(bitmap.data.buffer, bitmap.data.byteOffset, bitmap.data.length)
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 6, adaptiveFiltering: true, palette: false, progressive: false })
    .toBuffer()
}

/** A PNG of `encodePng` with what a file says beside the pixels: sRGB profile of colour, resolution, EXIF. Its pixels stay as they are. */
export async function withMetadata(
  png: Buffer,
  picture: Pick<Bitmap, 'width' | 'height' | 'channels'>,
  { density, exif }: PictureMetadata,
): Promise<Buffer> {
  return withChunks(png, {
    ...(picture.channels === 3 && { profile: await srgbProfile() }),
    ...(density !== undefined && { density }),
    ...(exif && { exif: derivedExif(exif, picture) }),
  })
}

/**
 * The bytes of a picture file: sRGB, its profile embedded where it has colour; 16 bits and alpha where format and picture have them
 * (16: PNG, TIFF; alpha: all but JPEG, which gets white); resolution and EXIF where a format can (docs/pictures.md).
 */
export async function encodePicture(
  picture: Bitmap | Samples,
  format: PictureFormat,
  { density, exif }: PictureMetadata = {},
): Promise<Buffer> {
  const deep = isDeepPicture(picture)
  const color = picture.channels === 3
  let encoder = rawSharp(picture)
  if (exif || (deep && color)) {
    // libvips takes EXIF from a file only, and would convert deep colours when it is to embed a profile: so it gets a file, in memory.
    const profile = deep && color ? await srgbProfile() : undefined
    const carrier = await encoder.png({ compressionLevel: 0 }).toBuffer()
    const chunks = { ...(exif && { exif: derivedExif(exif, picture) }), ...(profile && { profile }) }
    encoder = sharp(withChunks(carrier, chunks), { limitInputPixels: false }).toColourspace(spaceOf(picture))
    if (exif) encoder = encoder.keepExif()
    if (profile) encoder = encoder.keepIccProfile()
  }
  if (format === 'jpeg') encoder = encoder.flatten({ background: '#ffffff' })
  if (color && !(deep && HOLDS_16_BITS.has(format))) encoder = encoder.withIccProfile('srgb')
  if (density !== undefined) encoder = encoder.withDensity(density)
  return encode(encoder, format).toBuffer()
}

function rawSharp(picture: Bitmap | Samples): Sharp {
  const { width, height } = picture
  const { data, channels: planes } = withAlphaPlane(picture)
  const pixels = data instanceof Uint16Array ? data : Buffer.from(data.buffer, data.byteOffset, data.length)
  return sharp(pixels, { raw: { width, height, channels: planes }, limitInputPixels: false }).toColourspace(
    spaceOf(picture),
  )
}

function spaceOf(picture: Bitmap | Samples): string {
  if (isDeepPicture(picture)) return picture.channels === 1 ? 'grey16' : 'rgb16'
  return picture.channels === 1 ? 'b-w' : 'srgb'
}

let srgb: Promise<Buffer> | undefined

/** The sRGB profile that sharp embeds. */
function srgbProfile(): Promise<Buffer> {
  srgb ??= sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('srgb')
    .png()
    .toBuffer()
    .then(async (bytes) => (await sharp(bytes).metadata()).icc!)
  return srgb
}

function withAlphaPlane(picture: Bitmap | Samples): { data: Uint8Array | Uint16Array; channels: 1 | 2 | 3 | 4 } {
  const { data, channels } = picture
  const alpha = 'alpha' in picture ? picture.alpha : undefined
  if (!alpha) return { data, channels }
  const planes = channels === 1 ? 2 : 4
  const all =
    data instanceof Uint16Array ? new Uint16Array(alpha.length * planes) : new Uint8Array(alpha.length * planes)
  for (let i = 0; i < alpha.length; i++) {
    for (let c = 0; c < channels; c++) all[i * planes + c] = data[i * channels + c]!
    all[i * planes + channels] = alpha[i]!
  }
  return { data: all, channels: planes }
}

function encode(picture: Sharp, format: PictureFormat): Sharp {
  switch (format) {
    case 'png':
      return picture.png({ compressionLevel: 6, adaptiveFiltering: true, palette: false, progressive: false })
    case 'jpeg':
      return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    case 'webp':
      return picture.webp({ quality: 95, smartSubsample: true })
    case 'tiff':
      return picture.tiff({ compression: 'deflate', predictor: 'horizontal' })
    default:
      return picture.avif({ quality: 80, chromaSubsampling: '4:4:4' })
  }
}

/** How a picture is written. */
export interface WriteOptions {
  /** What its file says beside the pixels; a PNG without has nothing but pixels. */
  readonly metadata?: PictureMetadata
  /** Refuse a file that is there already. */
  readonly exclusive?: boolean
}

/**
 * Writes a picture atomically, in the format of its suffix, making its folder when needed.
 * @throws PictureError, one line, when the suffix is none or the file can't be written (no permission, disk full).
 */
export async function writePicture(
  path: string,
  picture: Bitmap | Samples,
  { metadata, exclusive = false }: WriteOptions = {},
): Promise<void> {
  const format = BY_SUFFIX[extname(path).toLowerCase()]
  if (format === undefined) {
    throw new PictureError(`${path}: expected a name that ends in ${PICTURE_SUFFIXES.join(', ')}`)
  }
  const longest = LONGEST[format]
  if (longest !== undefined && Math.max(picture.width, picture.height) > longest) {
    throw new PictureError(
      `${path}: ${picture.width}×${picture.height} pixels are too many for ${format}, which holds ${longest} a side; write a .png or .tif`,
    )
  }
  const isPlain = format === 'png' && metadata === undefined && picture.data instanceof Uint8Array
  const bytes =
    isPlain && !('alpha' in picture)
      ? await encodePng(picture as Bitmap)
      : await encodePicture(picture, format, metadata)
  writePictureBytes(path, bytes, exclusive)
}

/** Writes an encoded picture, whole or not at all. @throws PictureError */
export function writePictureBytes(path: string, bytes: Uint8Array, exclusive: boolean): void {
  try {
    writeAtomically(path, (write) => write(bytes), { exclusive })
  } catch (error) {
    const { cause } = error as Error
    throw new PictureError(
      `${path}: can't be written (${reasonOf(cause ?? error)}); check the folder and the free space`,
    )
  }
}
