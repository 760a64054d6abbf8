// A restored face back into its photograph: its tones are those of what was there, and its border is a soft one.

import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { inverse, type Similarity, warped } from './face-align.ts'

/** The border that is given up (three erosions by 9×9) and how soft it is (a Gaussian of 25 pixels), as in the official code. */
const ERODED = 12
const SOFT = 25

/** Each channel of `source` with the distribution of values that `reference` has there. */
export function withTonesOf(source: Bitmap, reference: Bitmap): Bitmap {
  const out = createBitmap(source.width, source.height, source.channels)
  for (let c = 0; c < source.channels; c++) {
    const [own, wanted] = [cumulative(source, c), cumulative(reference, c)]
    const table = own.map((share) => quantile(wanted, share))
    for (let i = c; i < out.data.length; i += source.channels) out.data[i] = Math.floor(table[source.data[i]!]!)
  }
  return out
}

/** Share of the pixels up to each level. */
function cumulative({ data, channels }: Bitmap, channel: number): Float64Array {
  const counts = new Float64Array(256)
  for (let i = channel; i < data.length; i += channels) counts[data[i]!]! += 1
  let sum = 0
  return counts.map((n) => {
    sum += n
    return (sum * channels) / data.length
  })
}

/** The level up to which there is this share, between levels that occur, linearly. */
function quantile(shares: Float64Array, share: number): number {
  let before = { level: 0, share: 0 }
  let first = true
  for (let level = 0; level < 256; level++) {
    if (shares[level] === (level === 0 ? 0 : shares[level - 1])) continue
    if (share <= shares[level]!) {
      if (first) return level
      return before.level + ((level - before.level) * (share - before.share)) / (shares[level]! - before.share)
    }
    before = { level, share: shares[level]! }
    first = false
  }
  return before.level
}

/**
 * Puts a face over the photograph where it was cut out.
 * @param photograph colour; it is changed
 * @param face colour, a square
 * @param cut from the square to the photograph
 */
export function pasteFace(photograph: Bitmap, face: Bitmap, cut: Similarity): void {
  const back = inverse(cut)
  const { width, height, data } = photograph
  const corners = [0, face.width - 1].flatMap((x) =>
    [0, face.height - 1].map((y) => [cut.a * x - cut.b * y + cut.tx, cut.b * x + cut.a * y + cut.ty] as const),
  )
  const reach = ERODED + SOFT
  const bound = (k: 0 | 1, most: number): [number, number] => [
    Math.max(0, Math.floor(Math.min(...corners.map((p) => p[k]))) - reach),
    Math.min(most, Math.ceil(Math.max(...corners.map((p) => p[k]))) + reach),
  ]
  const [[x0, x1], [y0, y1]] = [bound(0, width), bound(1, height)]
  if (x1 <= x0 || y1 <= y0) return
  const part = { width: x1 - x0, height: y1 - y0 }
  const here: Similarity = {
    ...back,
    tx: back.tx + back.a * x0 - back.b * y0,
    ty: back.ty + back.b * x0 + back.a * y0,
  }
  const placed = warped(face, here, part, 'cubic')
  const white = createBitmap(face.width, face.height, 1, new Uint8Array(face.width * face.height).fill(255))
  const inside = warped(white, here, part, 'linear')
  const mask = blurred(eroded(inside.data, part), part)
  for (let y = 0; y < part.height; y++)
    for (let x = 0; x < part.width; x++) {
      const share = mask[y * part.width + x]!
      const at = 3 * ((y0 + y) * width + x0 + x)
      for (let c = 0; c < 3; c++)
        data[at + c] = Math.floor(
          share * placed.data[3 * (y * part.width + x) + c]! + (1 - share) * data[at + c]! + 0.5,
        )
    }
}

/** 1 where everything within ERODED pixels is inside; what lies beyond the part counts as inside, as beyond a photograph. */
function eroded(inside: Uint8Array, { width, height }: Pick<Bitmap, 'width' | 'height'>): Float32Array {
  const line = (from: Float32Array, length: number, step: number, start: number): void => {
    const values = Float32Array.from({ length }, (_, i) => from[start + i * step]!)
    let nearest = -Infinity
    const clear = new Float32Array(length)
    for (let i = 0; i < length; i++) {
      if (values[i] === 0) nearest = i
      clear[i] = i - nearest > ERODED ? 1 : 0
    }
    nearest = Infinity
    for (let i = length - 1; i >= 0; i--) {
      if (values[i] === 0) nearest = i
      from[start + i * step] = clear[i] && nearest - i > ERODED ? 1 : 0
    }
  }
  const out = Float32Array.from(inside, (v) => (v === 255 ? 1 : 0))
  for (let y = 0; y < height; y++) line(out, width, 1, y * width)
  for (let x = 0; x < width; x++) line(out, height, width, x)
  return out
}

/** OpenCV's Gaussian of SOFT pixels with the deviation that it takes for that. */
function blurred(mask: Float32Array, { width, height }: Pick<Bitmap, 'width' | 'height'>): Float32Array {
  const half = (SOFT - 1) / 2
  const deviation = 0.3 * (half - 1) + 0.8
  const raw = Array.from({ length: SOFT }, (_, i) => Math.exp(-((i - half) ** 2) / (2 * deviation ** 2)))
  const total = raw.reduce((a, b) => a + b, 0)
  const along = (from: Float32Array, length: number, step: number, start: number, to: Float32Array): void => {
    for (let i = 0; i < length; i++) {
      let sum = 0
      for (let k = -half; k <= half; k++)
        sum += raw[k + half]! * from[start + Math.min(Math.max(i + k, 0), length - 1) * step]!
      to[start + i * step] = sum / total
    }
  }
  const [rows, out] = [new Float32Array(mask.length), new Float32Array(mask.length)]
  for (let y = 0; y < height; y++) along(mask, width, 1, y * width, rows)
  for (let x = 0; x < width; x++) along(rows, height, width, x, out)
  return out
}
