// A photograph with its faces framed and numbered, as `--face n` counts them. Digits are drawn as strokes: a machine may have no fonts.
import sharp from 'sharp'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { reducedTo } from '../images/reduce.ts'
import { type Turn, turnBitmap } from '../images/turn.ts'
import type { FaceBox } from './face.ts'

/** Faces of a picture in one of its turns, in pixels of the turned picture, from the left. */
export interface FacesToNumber {
  readonly turn: Turn
  readonly faces: readonly { readonly box: FaceBox; readonly doubt?: string }[]
}

/** Strokes of the digits in a box of 4 × 6. */
const DIGITS = [
  'M2 0C.6 0 0 1.4 0 3s.6 3 2 3 2-1.4 2-3S3.4 0 2 0z',
  'M.6 1.3 2.4 0V6',
  'M.1 1.5C.3.5 1 0 2 0c1.1 0 1.9.7 1.9 1.7C3.9 3 2.6 3.7 0 6H4',
  'M.2.9C.6.3 1.2 0 2 0c1.1 0 1.8.6 1.8 1.5S3.1 2.9 1.8 2.9c1.4 0 2.1.6 2.1 1.5S3.1 6 2 6C1.1 6 .4 5.7.1 5',
  'M3.1 6V0L0 4.2H4',
  'M3.6 0H.7L.4 2.7C.8 2.4 1.3 2.2 1.9 2.2 3.1 2.2 4 2.9 4 4.1S3.1 6 1.9 6C1.1 6 .4 5.7 0 5.1',
  'M3.5.5C3.1.2 2.6 0 2.1 0 .8 0 0 1.3 0 3.3 0 5 .7 6 2 6c1.2 0 2-.8 2-1.9S3.2 2.3 2 2.3C1 2.3.2 2.9 0 3.8',
  'M0 0H4C2.6 1.8 1.7 3.8 1.4 6',
  'M2 2.8C.9 2.8.3 2.2.3 1.4S.9 0 2 0s1.7.6 1.7 1.4S3.1 2.8 2 2.8C.7 2.8 0 3.5 0 4.4S.8 6 2 6s2-.7 2-1.6S3.3 2.8 2 2.8z',
  'M.5 5.5C.9 5.8 1.4 6 1.9 6 3.2 6 4 4.7 4 2.7 4 1 3.3 0 2 0 .8 0 0 .8 0 1.9S.8 3.7 2 3.7c1 0 1.8-.6 2-1.5',
] as const

/**
 * The picture, upright and in colour, its longer side at most `side`, with its faces numbered; doubtful ones have a dashed frame.
 *
 * @param chosen number of the one that is set off
 */
export async function numberedFaces(
  picture: Bitmap,
  { turn, faces }: FacesToNumber,
  side: number,
  chosen?: number,
): Promise<Bitmap> {
  const upright = turn === 90 || turn === 270 ? picture.height : picture.width
  const small = toColor(turnBitmap(await reducedTo(picture, side), turn))
  const { width, height } = small
  const scale = width / upright
  const marks = faces.map((face, i) => markOf(face, i + 1, { scale, width, height, isChosen: i + 1 === chosen }))
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`
  const { data } = await sharp(small.data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(drawing) }])
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return createBitmap(width, height, 3, new Uint8Array(data.buffer, data.byteOffset, data.length))
}

interface Place {
  readonly scale: number
  readonly width: number
  readonly height: number
  readonly isChosen: boolean
}

/** A frame and, at its upper left within the picture, a disc with the number. */
function markOf({ box, doubt }: FacesToNumber['faces'][number], number: number, place: Place): string {
  const { scale, width, height, isChosen } = place
  const [x, y, w, h] = [box.x * scale, box.y * scale, box.width * scale, box.height * scale]
  const line = Math.max(2, Math.max(width, height) / 400)
  const radius = Math.max(9, Math.min(Math.min(w, h) / 4, Math.max(width, height) / 28))
  const within = (value: number, most: number) => Math.max(radius + line, Math.min(value, most - radius - line))
  const [cx, cy] = [within(x, width), within(y, height)]
  const color = isChosen ? '#d9652b' : '#1f6fae'
  const dashes = doubt === undefined ? '' : ` stroke-dasharray="${3 * line} ${2 * line}"`
  const frame = (stroke: string, thick: number) =>
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${2 * line}" fill="none" stroke="${stroke}" stroke-width="${thick}"${dashes}/>`
  const digits = [...String(number)].map(Number)
  const size = (radius * 1.1) / (digits.length > 1 ? 8 : 6)
  const wide = digits.length * 5.4 - 1.4
  const glyphs = digits.map(
    (digit, i) =>
      `<path transform="translate(${cx + (i * 5.4 - wide / 2) * size} ${cy - 3 * size}) scale(${size})" d="${DIGITS[digit]}"/>`,
  )
  return `${frame('#fff', 2 * line)}${frame(color, line)}<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${color}" stroke="#fff" stroke-width="${line}"/><g fill="none" stroke="#fff" stroke-width="1.1" stroke-linecap="round" stroke-linejoin="round">${glyphs.join('')}</g>`
}
