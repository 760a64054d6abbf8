/** A row of faces with their steps, ages and likeness drawn under them. */
import sharp from 'sharp'
import { type Bitmap, createBitmap } from '../../../images/bitmap.ts'
import { toColor } from '../../../images/gray.ts'
import { resize } from '../../../images/resample.ts'
import type { Seen } from './edited.ts'

const SIDE = 256
const GAP = 8
const WORDS = 52

/** @param steps from left to right */
export async function stripPicture(
  steps: readonly { readonly by: number; readonly picture: Bitmap; readonly seen: Seen }[],
): Promise<Bitmap> {
  const width = steps.length * (SIDE + GAP) + GAP
  const height = SIDE + 2 * GAP + WORDS
  const out = createBitmap(width, height, 3, new Uint8Array(width * height * 3).fill(255))
  const words = steps.map(({ by, picture, seen }, i) => {
    const left = GAP + i * (SIDE + GAP)
    copyInto(out, toColor(resize(picture, SIDE, SIDE, 'bicubic')), left, GAP)
    const middle = left + SIDE / 2
    const step = `${by > 0 ? '+' : by < 0 ? '−' : ''}${Math.abs(by)}`
    const line = (text: string, y: number, size: number) =>
      `<text x="${middle}" y="${y}" font-size="${size}" text-anchor="middle" font-family="sans-serif">${text}</text>`
    return (
      line(step, SIDE + GAP + 24, 20) +
      line(`${Math.round(seen.age)} years, likeness ${seen.identity.toFixed(2)}`, SIDE + GAP + 46, 14)
    )
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${words.join('')}</svg>`
  const { data } = await sharp(out.data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return createBitmap(width, height, 3, new Uint8Array(data.buffer, data.byteOffset, data.length))
}

function copyInto(target: Bitmap, source: Bitmap, left: number, top: number): void {
  for (let y = 0; y < source.height; y++)
    target.data.set(
      source.data.subarray(y * source.width * 3, (y + 1) * source.width * 3),
      ((top + y) * target.width + left) * 3,
    )
}
