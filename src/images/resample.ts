// Antialiased resizing bit for bit as Pillow does it on 8-bit pictures (libImaging/Resample.c): the reference resizes
// with PIL at several places and its numbers depend on the details. Two passes, horizontal then vertical, with an 8-bit
// picture in between; coefficients in fixed point with 22 fractional bits, rounded half away from zero.
import { type Bitmap, checkSides, createBitmap } from './bitmap.ts'

/** Pillow's filters: box (support 0.5), bilinear (1), bicubic with a = −0.5 (2), Lanczos with 3 lobes (3). */
export type ResampleFilter = 'box' | 'bilinear' | 'bicubic' | 'lanczos'

interface Kernel {
  readonly support: number
  readonly weight: (x: number) => number
}

function sinc(x: number): number {
  if (x === 0) return 1
  const angle = x * Math.PI
  return Math.sin(angle) / angle
}

const BICUBIC_A = -0.5

const KERNELS: Record<ResampleFilter, Kernel> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  bicubic: {
    support: 2,
    weight: (signed) => {
      const x = Math.abs(signed)
      if (x < 1) return ((BICUBIC_A + 2) * x - (BICUBIC_A + 3)) * x * x + 1
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * BICUBIC_A
      return 0
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

const PRECISION_BITS = 32 - 8 - 2

interface Coefficients {
  /** Per output position: first input position and number of taps. */
  readonly first: Int32Array
  readonly count: Int32Array
  /** `taps` fixed-point weights per output position. */
  readonly weights: Int32Array
  readonly taps: number
}

/** Weights of the inputs of every output along a side, each row adding up to 1. */
export interface FilterTaps {
  /** Per output position: first input position and number of taps. */
  readonly first: Int32Array
  readonly count: Int32Array
  /** `taps` weights per output position. */
  readonly weights: Float64Array
  readonly taps: number
}

/** Pillow's weights before they are rounded. */
export function filterTaps(inSize: number, outSize: number, filter: ResampleFilter): FilterTaps {
  return tapsOf(inSize, outSize, KERNELS[filter])
}

function coefficients(inSize: number, outSize: number, kernel: Kernel): Coefficients {
  const { weights, ...rest } = tapsOf(inSize, outSize, kernel)
  const fixed = Int32Array.from(weights, (weight) => {
    const scaled = weight * (1 << PRECISION_BITS)
    return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
  })
  return { ...rest, weights: fixed }
}

function tapsOf(inSize: number, outSize: number, kernel: Kernel): FilterTaps {
  const scale = inSize / outSize
  const filterScale = Math.max(scale, 1)
  const support = kernel.support * filterScale
  const taps = Math.ceil(support) * 2 + 1
  const first = new Int32Array(outSize)
  const count = new Int32Array(outSize)
  const weights = new Float64Array(outSize * taps)
  const row = new Float64Array(taps)
  for (let out = 0; out < outSize; out++) {
    const center = (out + 0.5) * scale
    const begin = Math.max(Math.trunc(center - support + 0.5), 0)
    const n = Math.min(Math.trunc(center + support + 0.5), inSize) - begin
    let sum = 0
    for (let i = 0; i < n; i++) {
      row[i] = kernel.weight((i + begin - center + 0.5) * (1 / filterScale))
      sum += row[i]!
    }
    first[out] = begin
    count[out] = n
    for (let i = 0; i < n; i++) weights[out * taps + i] = sum === 0 ? row[i]! : row[i]! / sum
  }
  return { first, count, weights, taps }
}

const HALF = 1 << (PRECISION_BITS - 1)

function resizeRows(bitmap: Bitmap, width: number, kernel: Kernel): Bitmap {
  const { height, channels, data, width: inWidth } = bitmap
  const { first, count, weights, taps } = coefficients(inWidth, width, kernel)
  const out = createBitmap(width, height, channels)
  const bytes = new Uint8ClampedArray(out.data.buffer) // stores clip to 0..255, as Pillow's clip8
  let target = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const n = count[x]!
      const start = (y * inWidth + first[x]!) * channels
      for (let c = 0; c < channels; c++) {
        let sum = HALF
        for (let i = 0, source = start + c, k = x * taps; i < n; i++, source += channels, k++) {
          sum = (sum + Math.imul(data[source]!, weights[k]!)) | 0
        }
        bytes[target++] = sum >> PRECISION_BITS
      }
    }
  }
  return out
}

function resizeColumns(bitmap: Bitmap, height: number, kernel: Kernel): Bitmap {
  const { width, channels, data } = bitmap
  const { first, count, weights, taps } = coefficients(bitmap.height, height, kernel)
  const out = createBitmap(width, height, channels)
  const bytes = new Uint8ClampedArray(out.data.buffer)
  const stride = width * channels
  const sums = new Int32Array(stride)
  for (let y = 0; y < height; y++) {
    sums.fill(HALF)
    for (let i = 0; i < count[y]!; i++) {
      const weight = weights[y * taps + i]!
      const source = (first[y]! + i) * stride
      for (let j = 0; j < stride; j++) sums[j] = sums[j]! + Math.imul(data[source + j]!, weight)
    }
    for (let j = 0; j < stride; j++) bytes[y * stride + j] = sums[j]! >> PRECISION_BITS
  }
  return out
}

/**
 * A bitmap resized to width × height, equal to Pillow's `Image.resize((width, height), filter)` byte for byte.
 * A side that does not change is not filtered; when neither does, the same bitmap is returned.
 * @throws PictureError when a side is not a positive integer.
 */
export function resize(bitmap: Bitmap, width: number, height: number, filter: ResampleFilter): Bitmap {
  checkSides(width, height)
  const kernel = KERNELS[filter]
  const horizontal = width === bitmap.width ? bitmap : resizeRows(bitmap, width, kernel)
  return height === bitmap.height ? horizontal : resizeColumns(horizontal, height, kernel)
}
