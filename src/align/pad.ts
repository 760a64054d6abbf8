// The FFHQ recipe's way of inventing what lies beyond a picture's edge: mirror it, blur the mirror image more and more
// outwards, and fade it to the median colour. So a face near the edge gets a plausible, undistracting surround.
// After Karras et al. 2019 (public data set tool), with NumPy's and SciPy's conventions.
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { wideGaussianFilter } from './gaussian.ts'

export interface Padding {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** numpy.pad's "reflect": d c b | a b c d | c b a, repeated where the padding is wider than the picture. */
function reflected(i: number, n: number): number {
  if (n === 1) return 0
  const period = 2 * (n - 1)
  const at = ((i % period) + period) % period
  return at < n ? at : period - at
}

/** The picture with reflected borders, as float32 interleaved rows. */
function padReflect(bitmap: Bitmap, padding: Padding, width: number, height: number): Float32Array {
  const { channels, data } = bitmap
  const rows = new Float32Array(width * height * channels)
  const columns = Int32Array.from({ length: width }, (_, x) => reflected(x - padding.left, bitmap.width) * channels)
  let target = 0
  for (let y = 0; y < height; y++) {
    const row = reflected(y - padding.top, bitmap.height) * bitmap.width * channels
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) rows[target++] = data[row + columns[x]! + c]!
    }
  }
  return rows
}

/** 1 at the outermost pixel, 0 where the real picture begins, falling on inside (negative). */
function edgeMask(padding: Padding, width: number, height: number): Float32Array {
  const ramp = (n: number, before: number, after: number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => 1 - Math.min(i / before, (n - 1 - i) / after))
  const horizontal = ramp(width, padding.left, padding.right)
  const vertical = ramp(height, padding.top, padding.bottom)
  const mask = new Float32Array(width * height)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) mask[i] = Math.max(horizontal[x]!, vertical[y]!)
  }
  return mask
}

/**
 * The k-th smallest (from 0) of every `step`-th value from `start`, all ≥ 0. Their bit patterns sort like the numbers,
 * so two counts of 16 bits each find it without sorting or copying a hundred million of them.
 */
function kthSmallest(bits: Uint32Array, start: number, step: number, k: number): number {
  const counts = new Uint32Array(65536)
  const locate = (rank: number): [bucket: number, rest: number] => {
    let bucket = 0
    while (rank >= counts[bucket]!) rank -= counts[bucket++]!
    return [bucket, rank]
  }
  for (let i = start; i < bits.length; i += step) counts[bits[i]! >>> 16]!++
  const [high, rest] = locate(k)
  counts.fill(0)
  for (let i = start; i < bits.length; i += step) if (bits[i]! >>> 16 === high) counts[bits[i]! & 0xffff]!++
  const [low] = locate(rest)
  return new Float32Array(Uint32Array.of((high << 16) | low).buffer)[0]!
}

/** numpy.median of every channel: the middle value, or the mean of the two middle ones. */
function channelMedians(rows: Float32Array, channels: number): number[] {
  const area = rows.length / channels
  const bits = new Uint32Array(rows.buffer, rows.byteOffset, rows.length)
  return Array.from({ length: channels }, (_, c) => {
    const upper = kthSmallest(bits, c, channels, area >> 1)
    if (area % 2 === 1) return upper
    return Math.fround((kthSmallest(bits, c, channels, (area >> 1) - 1) + upper) / 2)
  })
}

/** rows += (goal − rows) · clip(strength, 0, 1), pixel by pixel; `goal` gives the value for an index of `rows`. */
function blend(rows: Float32Array, channels: number, strength: (pixel: number) => number, goal: (i: number) => number) {
  for (let pixel = 0, i = 0; i < rows.length; pixel++) {
    const k = Math.min(Math.max(strength(pixel), 0), 1)
    for (let c = 0; c < channels; c++, i++) {
      if (k > 0) rows[i] = rows[i]! + (goal(i) - rows[i]!) * k
    }
  }
}

/**
 * `bitmap` with `padding` pixels added, each ≥ 1, the surround blurred by `sigma` and faded to the median colour.
 * @param sigma standard deviation of the blur in pixels; the recipe's is 0.02 of the crop square's side.
 */
export function padSoftly(bitmap: Bitmap, padding: Padding, sigma: number): Bitmap {
  const { channels } = bitmap
  const width = bitmap.width + padding.left + padding.right
  const height = bitmap.height + padding.top + padding.bottom
  const rows = padReflect(bitmap, padding, width, height)
  const mask = edgeMask(padding, width, height)
  const blurred = wideGaussianFilter(rows, { height, width, channels }, sigma)
  blend(
    rows,
    channels,
    (pixel) => 3 * mask[pixel]! + 1,
    (i) => blurred[i]!,
  )
  const medians = channelMedians(rows, channels)
  blend(
    rows,
    channels,
    (pixel) => mask[pixel]!,
    (i) => medians[i % channels]!,
  )
  const out = createBitmap(width, height, channels)
  for (let i = 0; i < rows.length; i++) out.data[i] = roundEven(Math.min(Math.max(rows[i]!, 0), 255))
  return out
}

/** Nearest whole number, halves to the even one: NumPy's rint and Python's round. */
export function roundEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
