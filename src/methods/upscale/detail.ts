/**
 * What a network invented: the result brought back to the input's size should be the input. Where it is not, there is something that
 * was not there, or something gone; noise and blocks that were taken away count as well.
 */
import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'

/** A difference of so many levels is seen when two pictures are switched. */
const VISIBLE = 8
/** Differences of this many levels are drawn at full strength. */
const FULL = 32

export interface InventedDetail {
  /** Root mean square of the differences in 8-bit levels. */
  readonly rms: number
  /** Share of the pixels that differ by more than VISIBLE levels in some channel. */
  readonly visible: number
  /** The input in pale gray; red where the result is brighter, blue where it is darker. */
  readonly map: Bitmap
}

/** Side of the windows that are shown at full size. */
const WINDOW = 480

/** Without and with the network side by side, pixel for pixel, in the window where the two differ most. */
export function atFullSize(plain: Bitmap, result: Bitmap): Bitmap {
  const [one, other] = [toColor(plain), toColor(result)]
  const [w, h] = [Math.min(WINDOW, result.width), Math.min(WINDOW, result.height)]
  const cuts = (length: number, side: number) => {
    const count = Math.ceil((2 * (length - side)) / side) + 1
    return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round(((length - side) * i) / (count - 1))))
  }
  let [left, top, most] = [0, 0, -1]
  for (const y of cuts(result.height, h))
    for (const x of cuts(result.width, w)) {
      let sum = 0
      // Every third pixel is enough to choose by.
      for (let j = y; j < y + h; j += 3)
        for (let i = 3 * (j * result.width + x), end = i + 3 * w; i < end; i += 9)
          sum += Math.abs(one.data[i]! - other.data[i]!)
      if (sum > most) [left, top, most] = [x, y, sum]
    }
  const sheet = createBitmap(2 * w + GAP, h, 3, new Uint8Array(3 * (2 * w + GAP) * h).fill(255))
  for (let y = 0; y < h; y++)
    for (const [n, picture] of [one, other].entries()) {
      const from = 3 * ((top + y) * result.width + left)
      sheet.data.set(picture.data.subarray(from, from + 3 * w), 3 * (y * sheet.width + n * (w + GAP)))
    }
  return sheet
}

const GAP = 8

/** Compares an input with a result of any size and the same shape. */
export function inventedDetail(input: Bitmap, result: Bitmap): InventedDetail {
  const back = toColor(resize(result, input.width, input.height, 'box'))
  const given = toColor(input)
  const gray = toGray(input).data
  const map = createBitmap(input.width, input.height, 3)
  let [squares, visible] = [0, 0]
  for (let i = 0, p = 0; p < gray.length; i += 3, p++) {
    let [sum, most] = [0, 0]
    for (let c = 0; c < 3; c++) {
      const difference = back.data[i + c]! - given.data[i + c]!
      squares += difference * difference
      sum += difference
      most = Math.max(most, Math.abs(difference))
    }
    if (most > VISIBLE) visible++
    const strength = Math.min(1, most / FULL)
    const pale = 128 + (gray[p]! >> 1)
    const [r, b] = sum >= 0 ? [220, 30] : [30, 220]
    map.data[i] = pale + (r - pale) * strength
    map.data[i + 1] = pale + (30 - pale) * strength
    map.data[i + 2] = pale + (b - pale) * strength
  }
  return { rms: Math.sqrt(squares / given.data.length), visible: visible / gray.length, map }
}
