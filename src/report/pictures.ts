/**
 * Pictures as data URIs. A report must be one file, so pictures are re-encoded to what a screen needs: WebP, lossless
 * while that is small. The exact PNGs lie beside the report.
 */
import { existsSync } from 'node:fs'
import sharp from 'sharp'

/** An embedded picture. */
export interface EmbeddedPicture {
  readonly src: string
  readonly width: number
  readonly height: number
}

/** Pictures up to this side are embedded without loss. */
const LOSSLESS_SIDE = 320

/** Embeds a picture file, scaled down to a side if it is larger; undefined where there is no such file. */
export async function embedPicture(
  path: string,
  largestSide: number,
  quality = 90,
): Promise<EmbeddedPicture | undefined> {
  if (!existsSync(path)) return undefined
  const resized = sharp(path, { limitInputPixels: false }).resize(largestSide, largestSide, {
    fit: 'inside',
    withoutEnlargement: true,
  })
  const { width: original = largestSide } = await sharp(path).metadata()
  const lossless = Math.min(original, largestSide) <= LOSSLESS_SIDE && quality >= 90
  const { data, info } = await resized
    .webp(lossless ? { lossless } : { quality, smartSubsample: true })
    .toBuffer({ resolveWithObject: true })
  return { src: `data:image/webp;base64,${data.toString('base64')}`, width: info.width, height: info.height }
}
