/**
 * What an emulsion leaves in a gray face: which of its parts are darker than which. Blue-sensitive film turns skin, lips and
 * freckles dark beside the white of the eyes, panchromatic film does not.
 *
 * The tone curve of plate, paper and scanner is unknown, so gray levels are replaced by normal scores of their ranks r, the
 * quantiles at (r − ½)/n (Hazen 1914), which no monotone curve changes; only light that falls off to the corners, blur and
 * grain remain. Of an aligned face every pixel of a small picture has its meaning: cheek, lip, white of the eye.
 */
import type { Bitmap } from '../images/bitmap.ts'
import { toGray } from '../images/gray.ts'
import { spectralFeatures } from './spectrum.ts'

/** Side of the reduced picture that is ranked. */
const SIDE = 64
/** The face within the picture of half that side: rows and columns [from, to). */
const FACE = { top: 3, bottom: 31, left: 5, right: 27 } as const
/** Cells a side in which the strength of detail is measured. */
const CELLS = 8

/**
 * Normal scores of the face's pixels, logarithms of the strength of fine and of coarser detail in 8 × 8 cells, and the
 * features of the blur, which takes detail away and so has to be known.
 *
 * @param face an aligned portrait
 */
export function toneFeatures(face: Bitmap): Float64Array {
  const scores = normalScores(reduceArea(face, SIDE))
  const half = halved(scores, SIDE)
  const pixels: number[] = []
  for (let y = FACE.top; y < FACE.bottom; y++)
    for (let x = FACE.left; x < FACE.right; x++) pixels.push(half[(y * SIDE) / 2 + x]!)
  return Float64Array.from([...pixels, ...detail(scores, SIDE), ...detail(half, SIDE / 2), ...spectralFeatures(face)])
}

/** Mean gray levels, 0 to 1, in side × side equal areas. */
function reduceArea(picture: Bitmap, side: number): Float64Array {
  const { width, height, data } = toGray(picture)
  // Rows, turned; then columns.
  const rows = reduceRows(
    Float64Array.from(data, (v) => v / 255),
    height,
    width,
    side,
  )
  return reduceRows(rows, side, height, side)
}

/** Every row of [rows, columns] as `to` means of equal parts; turned: [to, rows]. */
function reduceRows(data: Float64Array, rows: number, columns: number, to: number): Float64Array {
  const out = new Float64Array(to * rows)
  const step = columns / to
  for (let i = 0; i < to; i++) {
    const [from, end] = [i * step, (i + 1) * step]
    for (let x = Math.floor(from); x < Math.min(columns, Math.ceil(end)); x++) {
      const share = (Math.min(x + 1, end) - Math.max(x, from)) / step
      for (let y = 0; y < rows; y++) out[i * rows + y]! += share * data[y * columns + x]!
    }
  }
  return out
}

/** Normal scores; equal values share the mean of their ranks. */
function normalScores(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const out = new Float64Array(values.length)
  for (let i = 0; i < order.length; ) {
    let end = i + 1
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++
    const score = normalQuantile((i + end) / 2 / order.length)
    for (; i < end; i++) out[order[i]!] = score
  }
  return out
}

/** Quantile of the standard normal distribution, within 5e-4 (Abramowitz and Stegun 1964, 26.2.23). */
export function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)))
  const q =
    t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
  return p < 0.5 ? -q : q
}

function halved(values: Float64Array, side: number): Float64Array {
  const half = side / 2
  return Float64Array.from({ length: half * half }, (_, i) => {
    const at = 2 * Math.floor(i / half) * side + 2 * (i % half)
    return (values[at]! + values[at + 1]! + values[at + side]! + values[at + side + 1]!) / 4
  })
}

/** Logarithm of the mean square of what the mean of 5 × 5 neighbours leaves, by cell. */
function detail(values: Float64Array, side: number): number[] {
  const cell = side / CELLS
  const sums = new Float64Array(CELLS * CELLS)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      let sum = 0
      let count = 0
      for (let v = Math.max(0, y - 2); v <= Math.min(side - 1, y + 2); v++)
        for (let u = Math.max(0, x - 2); u <= Math.min(side - 1, x + 2); u++) {
          sum += values[v * side + u]!
          count++
        }
      sums[Math.floor(y / cell) * CELLS + Math.floor(x / cell)]! += (values[y * side + x]! - sum / count) ** 2
    }
  return Array.from(sums, (sum) => Math.log(sum / cell ** 2 + 1e-4))
}
