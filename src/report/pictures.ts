/**
 * Pictures as data URIs. A report must be one file, so pictures are re-encoded to what a screen needs: WebP, lossless
 * while that is small. The exact PNGs lie beside the report.
 */
import { join } from 'node:path'
import sharp from 'sharp'
import { MAX_PIXELS } from '../images/read.ts'
import { RunFolderError } from '../run/errors.ts'
import { isInside, readInside } from '../run/inside.ts'
import { reasonOf } from '../text/visible.ts'

/** An embedded picture. */
export interface EmbeddedPicture {
  readonly src: string
  readonly width: number
  readonly height: number
}

/** Pictures up to this side are embedded without loss. */
const LOSSLESS_SIDE = 320

/** What a run writes is at most as large as the scan that it read; a decoder must not take a gigabyte for what claims more. */
const MOST_PIXELS = MAX_PIXELS
const MOST_BYTES = 512 << 20

/**
 * Embeds a picture of a run, scaled down to a side if it is larger; undefined where there is no such file.
 *
 * @param name in the folder of the run
 * @throws RunFolderError for what is no picture as runs write it
 */
export async function embedPicture(
  folder: string,
  name: string,
  largestSide: number,
  quality = 90,
): Promise<EmbeddedPicture | undefined> {
  if (!isInside(folder, name)) return undefined
  return embedBytes(pngOf(folder, name), join(folder, name), largestSide, quality)
}

/** Embeds the bytes of a picture file. @param path for messages */
export async function embedBytes(
  bytes: Buffer,
  path: string,
  largestSide: number,
  quality = 90,
): Promise<EmbeddedPicture> {
  try {
    const picture = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
    const { width: original = largestSide } = await picture.metadata()
    const lossless = Math.min(original, largestSide) <= LOSSLESS_SIDE && quality >= 90
    const { data, info } = await picture
      .resize(largestSide, largestSide, { fit: 'inside', withoutEnlargement: true })
      .webp(lossless ? { lossless } : { quality, smartSubsample: true })
      .toBuffer({ resolveWithObject: true })
    return { src: `data:image/webp;base64,${data.toString('base64')}`, width: info.width, height: info.height }
  } catch (cause) {
    throw notAPicture(path, cause instanceof Error ? `one that can't be decoded (${reasonOf(cause)})` : 'none', cause)
  }
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** The bytes of a PNG of a run, whose header says how large it is. @throws RunFolderError for anything else */
export function pngOf(folder: string, name: string): Buffer {
  const bytes = readInside(folder, name, MOST_BYTES)
  const path = join(folder, name)
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(SIGNATURE)) throw notAPicture(path, 'another file')
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  if (width * height > MOST_PIXELS) throw notAPicture(path, `one that claims ${width} × ${height} pixels`)
  return bytes
}

function notAPicture(path: string, found: string, cause?: unknown): RunFolderError {
  return new RunFolderError(
    `${path}: expected a PNG as runs write it, found ${found}; restore the file from a copy, or remove it and the report does without`,
    { cause },
  )
}
