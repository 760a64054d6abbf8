/** Where a photograph is scratched: the detector looks at a small gray copy, and its answer is brought back to the photograph. */
import { type CompileOptions, runOnce } from '../engine/executable.ts'
import { resizeBilinear } from '../graph/resample.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { toGray } from '../images/gray.ts'
import { resize } from '../images/resample.ts'
import { scratchLogits } from './scratch-unet.ts'

export interface DetectorLayout {
  /** Shorter side of what it looks at. */
  readonly side: number
  readonly threshold: number
  /** Whether the copy is made without aliasing; the official network's is not. */
  readonly antialias: boolean
}

/** Sides of the detector's input are multiples of this. */
const GRID = 16

/** The sides at which the detector looks at a picture of these. */
export function detectorSides({ width, height }: Pick<Bitmap, 'width' | 'height'>, side: number): [number, number] {
  const scale = side / Math.min(width, height)
  const sided = (length: number): number => Math.max(GRID, evenRound((length * scale) / GRID) * GRID)
  return [sided(width), sided(height)]
}

/** Python's round: halves to the even number. */
export function evenRound(x: number): number {
  const low = Math.floor(x)
  if (x - low !== 0.5) return Math.round(x)
  return low % 2 === 0 ? low : low + 1
}

/** How likely each place is scratched, in the detector's size. */
export interface Likelihood {
  readonly width: number
  readonly height: number
  /** 0 … 1 */
  readonly data: Float32Array
}

/** @param picture any size, gray or colour */
export async function scratchLikelihood(
  weights: Weights,
  picture: Bitmap,
  { side, antialias }: Pick<DetectorLayout, 'side' | 'antialias'>,
  compile: CompileOptions = {},
): Promise<Likelihood> {
  const gray = toGray(picture)
  const [width, height] = detectorSides(gray, side)
  const small = antialias ? resize(gray, width, height, 'bicubic') : gray
  const x = input('x', [1, 1, small.height, small.width])
  const values = Float32Array.from(small.data, (v) => v / 127.5 - 1)
  const { y } = await runOnce(
    { y: scratchLogits(weights, resizeBilinear(x, height, width, false)) },
    { x: values },
    compile,
  )
  return { width, height, data: y!.map((v) => 1 / (1 + Math.exp(-v))) }
}

/** White where the photograph is damaged: the likelihood brought to its size by nearest neighbour, and cut at the threshold. */
export function scratchMask(
  { width, height, data }: Likelihood,
  to: Pick<Bitmap, 'width' | 'height'>,
  threshold: number,
): Bitmap {
  const mask = createBitmap(to.width, to.height, 1)
  const nearest = (length: number, from: number): Int32Array =>
    Int32Array.from({ length }, (_, i) => Math.min(from - 1, Math.floor((i * from) / length)))
  const columns = nearest(to.width, width)
  nearest(to.height, height).forEach((row, y) => {
    for (let x = 0; x < to.width; x++)
      if (data[row * width + columns[x]!]! >= threshold) mask.data[y * to.width + x] = 255
  })
  return mask
}

/** White grown by so many pixels in all eight directions (3×3 dilation, again and again). */
export function grown(mask: Bitmap, pixels: number): Bitmap {
  if (pixels === 0) return mask
  const { width, height } = mask
  const along = (from: Uint8Array, step: number, length: number, stride: number, lines: number): Uint8Array => {
    const out = new Uint8Array(from.length)
    for (let line = 0; line < lines; line++)
      for (let i = 0, reach = -1; i < length + pixels; i++) {
        if (i < length && from[line * stride + i * step]) reach = i + pixels
        const at = i - pixels
        if (at >= 0 && reach >= at) out[line * stride + at * step] = 255
      }
    return out
  }
  const rows = along(mask.data, 1, width, width, height)
  return createBitmap(width, height, 1, along(rows, width, height, 1, width))
}
