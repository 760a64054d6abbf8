// The door by which pictures come in, whatever people have: JPEG, PNG, WebP, TIFF, GIF, AVIF; gray, 16-bit, CMYK, 1-bit, transparent,
// rotated by EXIF, in any colour profile. Decoding is sharp's (libvips); this file decides what is refused, and refuses it from the
// header, before memory for the pixels is asked for. Damage is judged by its effect: pixels that are missing or wrong are an error,
// a missing end marker is a remark (src/images/damage says what can be known).
import { createHash } from 'node:crypto'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { reasonOf } from '../text/visible.ts'
import { type Bitmap, createBitmap } from './bitmap.ts'
import { judge } from './damage/judge.ts'
import { judgePng } from './damage/png.ts'
import type { Verdict } from './damage/verdict.ts'
import { PictureError } from './error.ts'
import { readBytes } from './file.ts'
import type { PictureMetadata, Samples } from './samples.ts'
import { foreignFormat } from './sniff.ts'

/** Longest side that is read, in pixels. Larger than any camera's; small enough that a strip can't exhaust memory. */
export const MAX_SIDE = 20_000
/** Largest area that is read, in pixels (about 480 MB of 8-bit RGB): a 150-megapixel scan passes. */
export const MAX_PIXELS = 160_000_000

/** The remark on a picture that is not opaque; whoever works on its samples keeps its alpha. */
export const ON_WHITE = 'its transparent parts are laid on white'

const FORMATS = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif', 'jp2k', 'jxl'])

/** What a file is, as it is stored. */
export interface PictureSource {
  /** sharp's name of its format: 'jpeg', 'png', 'webp', 'tiff', 'gif', 'heif' (AVIF) … */
  readonly format: string
  /** Bits of a sample in memory; files of fewer bits have 8, of more than 8 have 16. */
  readonly bits: 8 | 16
  readonly gray: boolean
  readonly alpha: boolean
  /** Frames of an animation, pages of a TIFF. */
  readonly pages: number
}

/** A picture that was read: file and pixels of one moment. */
export interface OpenedPicture {
  /** 8-bit sRGB, upright, on white: see `readPicture`. */
  readonly bitmap: Bitmap
  /** Hex SHA-256 of the bytes that were decoded. */
  readonly sha256: string
  readonly source: PictureSource
  /** What can be kept when the picture, or what is made of it, is written. */
  readonly metadata: PictureMetadata
  /** What was found of damage. */
  readonly damage: Verdict
  /** One line each: damage that can be lived with, and what of the file was not used. */
  readonly remarks: readonly string[]
  /** Decodes once more, with all bits and the alpha plane. */
  samples(): Promise<Samples>
}

/**
 * Reads a picture file as 8-bit sRGB; `openPicture` says more of it.
 *
 * - EXIF orientation is applied; an embedded colour profile (also of CMYK files) is converted to sRGB.
 * - 16 bits per channel become 8; a gray file gives one channel, every other three.
 * - Transparency is composited on white, as paper would show through.
 * - Of animations and multi-page files the first frame is read.
 *
 * @param path of a file; '-' reads standard input
 * @throws PictureError, one line, for a missing file, a folder, something that is not a picture, a damaged or truncated
 * file, and pictures over MAX_SIDE or MAX_PIXELS.
 */
export async function readPicture(path: string): Promise<Bitmap> {
  return (await openPicture(path)).bitmap
}

/** Reads a picture file and what is to be known of it. @throws PictureError, as `readPicture` does */
export async function openPicture(path: string): Promise<OpenedPicture> {
  // Bytes, not the path: libvips remembers pictures by path and would return an overwritten file's old content, and
  // what is hashed has to be what is decoded.
  const bytes = await readBytes(path)
  const header = await readHeader(bytes, path)
  const { format } = header
  const found = await judge(bytes, format)
  if (found.state === 'damaged') throw damageError(path, found.reason ?? '')
  const { bitmap, damage } = await decode(bytes, header, path, found)
  const remarks = await remarksOn(bytes, header, damage)
  return {
    bitmap,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    source: {
      format,
      bits: isDeep(header) ? 16 : 8,
      gray: isGrayFile(header),
      alpha: header.hasAlpha ?? false,
      pages: header.pages ?? 1,
    },
    metadata: {
      ...(header.density === undefined ? {} : { density: header.density }),
      ...(header.exif === undefined ? {} : { exif: header.exif }),
    },
    damage,
    remarks,
    samples: () => decodeSamples(bytes, header, path, damage),
  }
}

function damageError(path: string, reason: string): PictureError {
  return new PictureError(`${path}: the picture is damaged or incomplete (${reason}); use an intact copy`)
}

type Header = Metadata & { readonly format: string }

const isGrayFile = ({ space }: Metadata) => space === 'b-w' || space === 'grey16'
const isDeep = ({ depth }: Metadata) => depth !== undefined && depth !== 'uchar' && depth !== 'char'

// libvips' own size limit is off because ours, below, is stricter, covers single sides and names the numbers.
const opened = (bytes: Buffer, failOn: 'none' | 'error') =>
  sharp(bytes, { failOn, limitInputPixels: false, sequentialRead: true })

/**
 * Oriented, in sRGB or gray. Of 16-bit colours sharp works in a space wider than sRGB and leaves them there, so sRGB is asked for;
 * what is sRGB already stays as it is.
 */
function upright(input: Sharp, header: Header, space: string): Sharp {
  const { icc } = header
  if (icc && isDeep(header) && !isGrayFile(header)) {
    const isSrgb = icc.includes('sRGB') || icc.includes(Buffer.from('s\0R\0G\0B'))
    return (isSrgb ? input.keepIccProfile() : input.withIccProfile('srgb')).autoOrient().toColourspace(space)
  }
  return input.autoOrient().toColourspace(space)
}

async function decode(
  bytes: Buffer,
  header: Header,
  path: string,
  found: Verdict,
): Promise<{ bitmap: Bitmap; damage: Verdict }> {
  const attempt = async (failOn: 'none' | 'error') => {
    const flat = opened(bytes, failOn).flatten({ background: '#ffffff' })
    const { data, info } = await upright(flat, header, isGrayFile(header) ? 'b-w' : 'srgb')
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
  }
  try {
    return { bitmap: await attempt(found.state === 'remark' ? 'none' : 'error'), damage: found }
  } catch (error) {
    if (error instanceof PictureError) throw error
    const reason = reasonOf(error)
    // Where all pixels are known to be there, what the decoder complains of is worth a remark.
    const known = header.format === 'png' ? judgePng(bytes) : found
    if (known.state !== 'damaged' && /not supported|unsupported|not configured/iu.test(reason)) {
      throw new PictureError(
        `${path}: a kind of ${header.format} that can't be read (${reason}); convert it to PNG or JPEG`,
      )
    }
    if (known.state === 'damaged' || known.state === 'unjudged') throw damageError(path, known.reason ?? reason)
    try {
      const damage: Verdict = known.reason === undefined ? { state: 'remark', reason } : known
      return { bitmap: await attempt('none'), damage }
    } catch {
      throw damageError(path, reason)
    }
  }
}

async function decodeSamples(bytes: Buffer, header: Header, path: string, damage: Verdict): Promise<Samples> {
  const deep = isDeep(header)
  const gray = isGrayFile(header)
  const input = opened(bytes, damage.state === 'remark' ? 'none' : 'error')
  const space = gray ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb'
  const { data, info } = await upright(input, header, space)
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw damageError(path, reasonOf(error))
    })
  const { width, height, channels } = info
  const all = deep
    ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length))
    : new Uint8Array(data.buffer, data.byteOffset, data.length)
  const colors = channels >= 3 ? 3 : 1
  if (channels === colors) return { width, height, channels: colors, data: all }
  const area = width * height
  const color = deep ? new Uint16Array(area * colors) : new Uint8Array(area * colors)
  const alpha = deep ? new Uint16Array(area) : new Uint8Array(area)
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < colors; c++) color[i * colors + c] = all[i * channels + c]!
    alpha[i] = all[i * channels + colors]!
  }
  return { width, height, channels: colors, data: color, alpha }
}

async function remarksOn(bytes: Buffer, header: Header, damage: Verdict): Promise<string[]> {
  const remarks: string[] = []
  if (damage.state === 'remark') remarks.push(`the file is damaged: ${damage.reason}`)
  const { pages = 1, format, hasAlpha, space, icc } = header
  if (pages > 1 && format !== 'heif') {
    remarks.push(
      format === 'tiff' ? `of its ${pages} pages the first is read` : `of its ${pages} frames the first is read`,
    )
  }
  if (hasAlpha && (await isTransparent(bytes))) remarks.push(ON_WHITE)
  if (space === 'cmyk' && format === 'jpeg' && !icc && !bytes.subarray(0, 65536).includes('Adobe')) {
    remarks.push('a CMYK file without a mark of who wrote it: where it comes out as a negative, convert it to RGB')
  }
  return remarks
}

async function isTransparent(bytes: Buffer): Promise<boolean> {
  const { data } = await opened(bytes, 'none')
    .extractChannel('alpha')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return data.some((value) => value < 255)
}

async function readHeader(bytes: Buffer, path: string): Promise<Header> {
  const foreign = foreignFormat(bytes)
  if (foreign !== undefined) throw new PictureError(`${path}: ${foreign}`)
  const header = await opened(bytes, 'none')
    .metadata()
    .catch((error: unknown) => {
      throw new PictureError(`${path}: not a picture that can be read (${reasonOf(error)}); convert it to PNG or JPEG`)
    })
  const { width, height, format } = header
  // SVG and PDF have no pixels of their own and can refer to other files
  if (format === undefined || !FORMATS.has(format)) {
    throw new PictureError(`${path}: expected a photograph's format, found ${format}; convert it to PNG or JPEG`)
  }
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new PictureError(
      `${path}: ${width}×${height} pixels are too many; at most ${MAX_SIDE} a side and ` +
        `${MAX_PIXELS / 1e6} million in all are read: scale it down first`,
    )
  }
  return { ...header, format }
}
