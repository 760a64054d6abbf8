// CIEDE2000: how different two colours look. About 1 is just noticeable. G. Sharma, W. Wu, E. Dalal, "The CIEDE2000
// color-difference formula: implementation notes, supplementary test data, and mathematical observations", 2005; the
// names follow that paper.
import type { Bitmap } from '../images/bitmap.ts'
import { MetricError } from './error.ts'
import { type Lab, labOf } from './lab.ts'
import { checkComparable } from './psnr.ts'

const DEGREES = 180 / Math.PI
const cosDegrees = (d: number): number => Math.cos(d / DEGREES)
const POW25_7 = 25 ** 7

function hueDegrees(a: number, b: number): number {
  if (a === 0 && b === 0) return 0
  const hue = Math.atan2(b, a) * DEGREES
  return hue < 0 ? hue + 360 : hue
}

/** CIEDE2000 difference of two CIELAB colours, kL = kC = kH = 1; symmetric, ≥ 0. */
export function deltaE2000(first: Lab, second: Lab): number {
  const [l1, a1, b1] = first
  const [l2, a2, b2] = second
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + POW25_7)))
  const c1 = Math.hypot(a1 * (1 + g), b1)
  const c2 = Math.hypot(a2 * (1 + g), b2)
  const h1 = hueDegrees(a1 * (1 + g), b1)
  const h2 = hueDegrees(a2 * (1 + g), b2)

  const apart = Math.abs(h1 - h2) > 180
  let deltaHue = 0
  let meanHue = h1 + h2
  if (c1 * c2 !== 0) {
    deltaHue = h2 - h1
    if (apart) deltaHue += deltaHue > 0 ? -360 : 360
    meanHue = apart ? (h1 + h2 + (h1 + h2 < 360 ? 360 : -360)) / 2 : (h1 + h2) / 2
  }
  const dL = l2 - l1
  const dC = c2 - c1
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(deltaHue / 2 / DEGREES)

  const meanL = (l1 + l2) / 2
  const mc = (c1 + c2) / 2
  const t =
    1 -
    0.17 * cosDegrees(meanHue - 30) +
    0.24 * cosDegrees(2 * meanHue) +
    0.32 * cosDegrees(3 * meanHue + 6) -
    0.2 * cosDegrees(4 * meanHue - 63)
  const turn = 30 * Math.exp(-(((meanHue - 275) / 25) ** 2))
  const rc = 2 * Math.sqrt(mc ** 7 / (mc ** 7 + POW25_7))
  const sl = 1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2)
  const sc = 1 + 0.045 * mc
  const sh = 1 + 0.015 * mc * t
  const rt = -Math.sin((2 * turn) / DEGREES) * rc
  return Math.sqrt((dL / sl) ** 2 + (dC / sc) ** 2 + (dH / sh) ** 2 + rt * (dC / sc) * (dH / sh))
}

/**
 * Mean CIEDE2000 over two colour pictures.
 * @param mask width × height bytes: only pixels that are not 0 count.
 * @throws MetricError when sizes differ, a picture is gray, or the mask selects nothing.
 */
export function meanDeltaE(a: Bitmap, b: Bitmap, mask?: Uint8Array): number {
  checkComparable(a, b)
  if (a.channels !== 3) throw new MetricError('colour differences need colour pictures, got gray ones')
  if (mask && mask.length !== a.width * a.height) {
    throw new MetricError(`expected a mask of ${a.width * a.height} bytes, got ${mask.length}`)
  }
  let sum = 0
  let count = 0
  for (let i = 0, j = 0; j < a.data.length; i++, j += 3) {
    if (mask && mask[i] === 0) continue
    const one = labOf(a.data[j]!, a.data[j + 1]!, a.data[j + 2]!)
    const other = labOf(b.data[j]!, b.data[j + 1]!, b.data[j + 2]!)
    sum += deltaE2000(one, other)
    count++
  }
  if (count === 0) throw new MetricError('the mask selects no pixel to compare')
  return sum / count
}
