// A result put back into the photograph that its square was cut out of.
//
// What is pasted is the difference between result and crop, brought back to the photograph's pixels and added under a feathered mask:
// an unchanged crop changes nothing, whatever resampling lies between. The photograph may have many times the result's pixels; its own
// detail, which a crop of the result's size does not show, stays where result and crop agree in structure, and goes where they
// don't, for a new mouth must not have the old one's wrinkles.
import { gaussianFilter, wideGaussianFilter } from '../align/gaussian.ts'
import type { Quad } from '../align/geometry.ts'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { PictureError } from '../images/error.ts'
import { toColor } from '../images/gray.ts'
import { resize } from '../images/resample.ts'
import { LUMA, matchedTones, type Planes, planesOf } from './tones.ts'
import { enlarged, intoSquare, linearReader, squareReader } from './warp.ts'

/** 'face': the new face in the old photograph. 'color': the old photograph, in the result's colours. 'plain': the result as it is, a painting. */
export type PasteMode = 'face' | 'color' | 'plain'

/** A result and where it belongs. */
export interface Pasted {
  /** Corners of its square in the photograph, as the alignment gives them. */
  readonly quad: Quad
  /** The square as it was cut out. */
  readonly crop: Bitmap
  /** What became of it; square, of any size. */
  readonly result: Bitmap
  /** Square; gray, or red where the result is taken whole and green where its colours are. */
  readonly mask: Bitmap
}

/** How far colours go on beyond the result's head, as a part of the side. */
const REACH = 0.05

/** Side up to which planes are enlarged before they are read, in pixels. */
const LARGEST_ENLARGED = 1024

/** Structure is compared without what is wider than this part of the side, and softly. */
const STRUCTURE = 0.06
const STRUCTURE_SOFTNESS = 0.025
/** A difference of structure of so many levels takes away all but a third of the photograph's detail. */
const STRUCTURE_LEVELS = 14

/**
 * The photograph with results in it, in colour; later ones lie over earlier ones.
 *
 * @throws PictureError where a crop, a result or a mask is not square
 */
export function pasteInto(photo: Bitmap, pasted: readonly Pasted[], mode: PasteMode): Bitmap {
  const before = toColor(photo)
  const whole = createBitmap(photo.width, photo.height, 3, before.data.slice())
  for (const one of pasted) pasteOne(before.data, whole, one, mode)
  return whole
}

function pasteOne(before: Uint8Array, whole: Bitmap, { quad, crop, result, mask }: Pasted, mode: PasteMode): void {
  for (const [name, { width, height }] of Object.entries({ crop, result, mask })) {
    if (width !== height) throw new PictureError(`the ${name}: expected a square, found ${width}×${height}`)
  }
  const span = Math.hypot(quad[3][0] - quad[0][0], quad[3][1] - quad[0][1])
  // Of a small face the result is reduced first: reading single places of it would alias.
  const side = Math.max(8, Math.min(result.width, Math.ceil(span)))
  const brought = (bitmap: Bitmap) => resize(bitmap, side, side, 'bicubic')
  // By way of the result's size, as the run looked at it: two reductions round otherwise than one.
  const seen = resize(toColor(crop), result.width, result.width, 'bicubic')
  const old = planesOf(brought(seen))
  const weights = weightsOf(brought(toColor(mask)))
  const change = changeOf(planesOf(brought(toColor(result))), old, weights, mode, side)
  // Where a pixel of the result covers many of the photograph, planes are enlarged smoothly once, and read in little time.
  const factor = Math.max(1, Math.floor(Math.min(span, LARGEST_ENLARGED) / side))
  const fine = (plane: Float32Array) => (factor === 1 ? plane : enlarged(plane, side, factor))
  const layers = {
    whole: fine(weights.whole),
    colors: fine(weights.colors),
    kept: fine(change.kept),
    change: { luma: fine(change.luma), blue: fine(change.blue), red: fine(change.red) },
    old: { luma: fine(old.luma), blue: fine(old.blue), red: fine(old.red) },
  }
  const square = intoSquare(quad, side * factor, whole)
  const reader = factor === 1 ? squareReader(side) : linearReader(side * factor)
  const { data, width } = whole
  const { box } = square
  for (let y = box.top; y < box.bottom; y++)
    for (let x = box.left; x < box.right; x++) {
      if (!reader.at(square.u(x, y), square.v(x, y))) continue
      const toned = mode === 'color' ? 0 : share(reader.read(layers.whole))
      const colored = Math.max(toned, share(reader.read(layers.colors)))
      if (colored === 0) continue
      const i = (y * width + x) * 3
      const luma = LUMA[0] * before[i]! + LUMA[1] * before[i + 1]! + LUMA[2] * before[i + 2]!
      const blue = (before[i + 2]! - luma) / 1.772
      const red = (before[i]! - luma) / 1.402
      const lost = toned === 0 ? 0 : toned * (1 - share(reader.read(layers.kept)))
      write(
        before,
        data,
        i,
        colored,
        luma + toned * reader.read(layers.change.luma) - lost * (luma - reader.read(layers.old.luma)),
        blue + colored * reader.read(layers.change.blue) - lost * (blue - reader.read(layers.old.blue)),
        red + colored * reader.read(layers.change.red) - lost * (red - reader.read(layers.old.red)),
      )
    }
}

interface Weights {
  /** Where the result is taken whole. */
  readonly whole: Float32Array
  /** Where at least its colours are. */
  readonly colors: Float32Array
}

function weightsOf({ data }: Bitmap): Weights {
  const channel = (c: number) => Float32Array.from({ length: data.length / 3 }, (_, i) => data[3 * i + c]! / 255)
  return { whole: channel(0), colors: channel(1) }
}

function share(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value
}

/** What is added to the photograph, and which part of its own detail stays. */
interface Change extends Planes {
  readonly kept: Float32Array
}

function changeOf(given: Planes, old: Planes, { whole }: Weights, mode: PasteMode, side: number): Change {
  if (mode === 'plain') {
    const change = {
      luma: minus(given.luma, old.luma),
      blue: minus(given.blue, old.blue),
      red: minus(given.red, old.red),
    }
    return { ...change, kept: new Float32Array(old.luma.length) }
  }
  const fresh = mode === 'face' ? matchedTones(given, old, whole) : shadedColors(given, old)
  const around = (plane: Float32Array) => continued(plane, whole, side)
  return {
    luma: minus(fresh.luma, old.luma),
    blue: around(minus(fresh.blue, old.blue)),
    red: around(minus(fresh.red, old.red)),
    kept: detailKept(fresh.luma, old.luma, side),
  }
}

/** A change of colour goes on beyond the result's head as it is near its edge: old ears get the colour of skin, too. */
function continued(plane: Float32Array, weight: Float32Array, side: number): Float32Array {
  const shape = { height: side, width: side, channels: 1 }
  const soft = (values: Float32Array) => wideGaussianFilter(values, shape, REACH * side)
  const near = soft(plane.map((value, i) => value * weight[i]!))
  const sum = soft(weight)
  return plane.map((value, i) => weight[i]! * value + (1 - weight[i]!) * (near[i]! / Math.max(sum[i]!, 1e-6)))
}

/** Writes a colour; of more of it than its luminance allows, the luminance stays. What another face left beneath shows as far as this one ends. */
function write(
  before: Uint8Array,
  data: Uint8Array,
  i: number,
  weight: number,
  given: number,
  blue: number,
  red: number,
): void {
  const luma = Math.min(255, Math.max(0, given))
  const r = 1.402 * red
  const b = 1.772 * blue
  const g = -(LUMA[0] * r + LUMA[2] * b) / LUMA[1]
  const part = Math.min(1, room(luma, r), room(luma, g), room(luma, b))
  const rest = 1 - weight
  data[i] = level(luma + part * r + rest * (data[i]! - before[i]!))
  data[i + 1] = level(luma + part * g + rest * (data[i + 1]! - before[i + 1]!))
  data[i + 2] = level(luma + part * b + rest * (data[i + 2]! - before[i + 2]!))
}

function level(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value)
}

/** The part of an offset from a level that stays within 0…255. */
function room(level: number, offset: number): number {
  if (level + offset > 255) return (255 - level) / offset
  return level + offset < 0 ? -level / offset : 1
}

/** A result's colours for the photograph's luminance: what is dark there can't have the colour of what is light. */
function shadedColors(given: Planes, { luma }: Planes): Planes {
  const shaded = (plane: Float32Array) =>
    plane.map((value, i) => value * Math.min(1, Math.max(0, (luma[i]! + 1) / (given.luma[i]! + 1))))
  return { luma, blue: shaded(given.blue), red: shaded(given.red) }
}

/** Which part of the photograph's detail stays, 0…1: all of it where nothing has changed. */
function detailKept(fresh: Float32Array, old: Float32Array, side: number): Float32Array {
  const shape = { height: side, width: side, channels: 1 }
  const difference = minus(fresh, old)
  const wide = gaussianFilter(difference, shape, STRUCTURE * side)
  const local = gaussianFilter(
    difference.map((value, i) => Math.abs(value - wide[i]!)),
    shape,
    STRUCTURE_SOFTNESS * side,
  )
  return local.map((level) => Math.exp(-((level / STRUCTURE_LEVELS) ** 2)))
}

function minus(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]!)
}
