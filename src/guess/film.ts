/**
 * The film camera on plain arrays, for one picture at a time: a calibration ages thousands, and compiling a graph for
 * each would take most of the time. A test holds it equal to the stages of src/degrade.
 */
import { blurSide, gaussianTaps, type KernelRule } from '../degrade/gaussian.ts'
import { type Sensitivity, sensitivityWeights } from '../degrade/spectral.ts'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { randomStream } from '../numbers/random.ts'

export interface FilmValues {
  readonly sensitivity: Sensitivity
  /** In pixels. */
  readonly radius: number
  readonly kernel: KernelRule
  readonly gamma: number
  readonly offset: number
  readonly gain: number
  /** Standard deviation of the grain, in parts of the range from black to white. */
  readonly noise: number
  /** Sigma in pixels to which the grain is blurred; 0: white noise. */
  readonly grainSize: number
  readonly seed: number
}

/** @param truth in colour @returns the gray picture that this film would have given, 8-bit */
export function filmed(truth: Bitmap, values: FilmValues): Bitmap {
  const { width, height, data } = truth
  const [r, g, b] = sensitivityWeights[values.sensitivity]
  const gray = new Float64Array(width * height)
  // In ±1, where the zeros outside are middle gray.
  for (let i = 0; i < gray.length; i++)
    gray[i] = ((r * data[3 * i]! + g * data[3 * i + 1]! + b * data[3 * i + 2]!) / 255) * 2 - 1
  const taps = values.radius > 0 ? gaussianTaps(values.radius, blurSide(values.radius), values.kernel) : [1]
  const blurred = blurredRows(blurredRows(gray, height, width, taps), width, height, taps)
  const grain = values.noise > 0 ? grainOf(values, width, height) : undefined
  const out = createBitmap(width, height, 1)
  for (let i = 0; i < gray.length; i++) {
    const unit = (Math.min(1, Math.max(-0.99, blurred[i]!)) + 1) / 2
    const developed = values.offset + values.gain * unit ** values.gamma
    // Clipped before grain and after, as a picture is that is saved after each.
    const clipped = Math.min(1, Math.max(0, developed)) + (grain ? grain[i]! : 0)
    out.data[i] = Math.floor(Math.min(1, Math.max(0, clipped)) * 255 + 0.5)
  }
  return out
}

function grainOf({ noise, grainSize, seed }: FilmValues, width: number, height: number): Float64Array {
  const white = Float64Array.from(randomStream(seed, 'guess/grain').normal(width * height))
  const taps = grainSize > 0 ? gaussianTaps(grainSize, blurSide(grainSize), 'gaussian') : [1]
  const map = blurredRows(blurredRows(white, height, width, taps), width, height, taps)
  const spread = Math.sqrt(map.reduce((sum, v) => sum + v * v, 0) / map.length)
  return map.map((v) => (v * noise) / spread)
}

/** Every row of [rows, columns] blurred, zeros outside; the result is turned: [columns, rows]. */
function blurredRows(data: Float64Array, rows: number, columns: number, taps: readonly number[]): Float64Array {
  const half = (taps.length - 1) / 2
  const out = new Float64Array(data.length)
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (let k = Math.max(0, half - x); k < taps.length && x + k - half < columns; k++)
        sum += taps[k]! * data[y * columns + x + k - half]!
      out[x * rows + y] = sum
    }
  return out
}

/** Standard deviation of the blur's kernel in pixels: what blur it is, whatever it is called. */
export function kernelDeviation(radius: number, kernel: KernelRule): number {
  if (radius <= 0) return 0
  const taps = gaussianTaps(radius, blurSide(radius), kernel)
  const half = (taps.length - 1) / 2
  return Math.sqrt(taps.reduce((sum, tap, i) => sum + tap * (i - half) ** 2, 0))
}

/** The radius whose kernel has a deviation; kernels are cut off at whole pixels, so at some radii it jumps. */
export function radiusOfDeviation(deviation: number, kernel: KernelRule): number {
  let [low, high] = [0, Math.max(1, 2 * deviation)]
  if (deviation <= 0) return 0
  while (kernelDeviation(high, kernel) < deviation) high *= 2
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (kernelDeviation(middle, kernel) < deviation) low = middle
    else high = middle
  }
  return high
}
