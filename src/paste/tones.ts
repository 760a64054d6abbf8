// Luminance and colour differences (full-range BT.601, as JPEG has them), and the match of a face's tones to the photograph that it
// is put into.
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'

/** Planes of one picture, row by row, in levels of 0…255; the colour differences are 0 for gray. */
export interface Planes {
  readonly luma: Float32Array
  readonly blue: Float32Array
  readonly red: Float32Array
}

/** Parts of red, green and blue in the luminance. */
export const LUMA = [0.299, 0.587, 0.114] as const

/** A bitmap as planes. */
export function planesOf(bitmap: Bitmap): Planes {
  const { data } = toColor(bitmap)
  const count = data.length / 3
  const planes = { luma: new Float32Array(count), blue: new Float32Array(count), red: new Float32Array(count) }
  for (let i = 0, j = 0; i < count; i++, j += 3) {
    const luma = LUMA[0] * data[j]! + LUMA[1] * data[j + 1]! + LUMA[2] * data[j + 2]!
    planes.luma[i] = luma
    planes.red[i] = (data[j]! - luma) / 1.402
    planes.blue[i] = (data[j + 2]! - luma) / 1.772
  }
  return planes
}

interface Spread {
  readonly mean: number
  readonly deviation: number
}

/** The tones of a plane may be stretched or pressed by this much; beyond, a flat face would become a mask. */
const MOST_GAIN = 1.6

/** A face that is put into a dark photograph keeps at least this share of its colour differences. */
const LEAST_COLOR = 0.5

/** Below this deviation from a line through (luma, difference), in levels, a photograph has one colour: gray, sepia, blue. */
const ONE_COLOR = 3.5
/** Skin is redder and less blue than gray by at least so many levels; a blue print is not. */
const LEAST_SKIN = 3

/**
 * A face's planes with mean and deviation of the photograph's (Reinhard et al. 2001, in YCbCr) under a mask. Of a photograph
 * that does not show the colours of skin only the luminance is matched: the face keeps its own colours, weaker by as much as it becomes
 * darker, since the same colour differences on a darker face are a stronger colour. Equal pictures come back as they are.
 *
 * @param mask weights 0…1
 */
export function matchedTones(face: Planes, photo: Planes, mask: Float32Array): Planes {
  const matched = (name: keyof Planes) => matchPlane(face[name], photo[name], mask)
  if (!showsSkin(photo, mask)) {
    const [from, to] = [spreadOf(face.luma, mask).mean, spreadOf(photo.luma, mask).mean]
    const share = from > 0 ? Math.min(1, Math.max(LEAST_COLOR, to / from)) : 1
    const own = (plane: Float32Array) => plane.map((value) => value * share)
    return { luma: matched('luma'), blue: own(face.blue), red: own(face.red) }
  }
  return { luma: matched('luma'), blue: matched('blue'), red: matched('red') }
}

function matchPlane(plane: Float32Array, goal: Float32Array, mask: Float32Array): Float32Array {
  const [from, to] = [spreadOf(plane, mask), spreadOf(goal, mask)]
  const gain = Math.min(MOST_GAIN, Math.max(1 / MOST_GAIN, (to.deviation + 1) / (from.deviation + 1)))
  return plane.map((value) => (value - from.mean) * gain + to.mean)
}

function spreadOf(plane: Float32Array, mask: Float32Array): Spread {
  let [sum, squares, total] = [0, 0, 0]
  for (let i = 0; i < plane.length; i++) {
    const weight = mask[i]!
    sum += weight * plane[i]!
    squares += weight * plane[i]! ** 2
    total += weight
  }
  if (total === 0) return { mean: 0, deviation: 0 }
  const mean = sum / total
  return { mean, deviation: Math.sqrt(Math.max(0, squares / total - mean ** 2)) }
}

/** Whether a photograph has colours of skin that are more than one function of its luminance, as toned paper has. */
export function showsSkin(photo: Planes, mask: Float32Array): boolean {
  const isToned = [photo.blue, photo.red].every((plane) => residualDeviation(photo.luma, plane, mask) < ONE_COLOR)
  if (isToned) return false
  return spreadOf(photo.red, mask).mean > LEAST_SKIN && spreadOf(photo.blue, mask).mean < -LEAST_SKIN
}

function residualDeviation(x: Float32Array, y: Float32Array, mask: Float32Array): number {
  let [sx, sy, sxx, sxy, syy, total] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [weight, a, b] = [mask[i]!, x[i]!, y[i]!]
    sx += weight * a
    sy += weight * b
    sxx += weight * a * a
    sxy += weight * a * b
    syy += weight * b * b
    total += weight
  }
  if (total === 0) return 0
  const vx = sxx / total - (sx / total) ** 2
  const vy = syy / total - (sy / total) ** 2
  const cov = sxy / total - (sx * sy) / total ** 2
  return Math.sqrt(Math.max(0, vy - (vx > 1e-6 ? cov ** 2 / vx : 0)))
}
