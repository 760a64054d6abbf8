// Whose colours a result has (Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer").

import { type Bitmap, createBitmap, fromPlanar, toPlanar } from '../../images/bitmap.ts'
import { withColorsOf } from '../../images/color-match.ts'
import { toColor } from '../../images/gray.ts'
import type { StylizeConfig } from './schema.ts'

type Colors = StylizeConfig['color']

/** A style picture as it is looked at: with the colours of the content, or with its light and dark only. */
export function coloredStyle(style: Bitmap, content: Bitmap, color: Colors): Bitmap {
  if (color === 'style') return toColor(style)
  if (color === 'luminance') return luminanceMatched(style, content)
  if (color === 'histogram') return histogramMatched(toColor(style), toColor(content))
  const pixels = withColorsOf(toPlanar(toColor(style), '01'), toPlanar(toColor(content), '01'), color)
  return fromPlanar(pixels, { channels: 3, width: style.width, height: style.height }, '01', 'round')
}

/**
 * A picture with the colours of the content: its luminance beside the content's chroma (Y′CbCr of JPEG, as neural-style's
 * original_colors). Both of the same size.
 */
export function withContentColors(picture: Bitmap, content: Bitmap): Bitmap {
  const [a, b] = [toColor(picture).data, toColor(content).data]
  const data = new Uint8Array(a.length)
  for (let i = 0; i < a.length; i += 3) {
    const y = luminance(a, i)
    const old = luminance(b, i)
    // Chroma is what a colour is away from its gray, so it moves along with the luminance.
    for (let c = 0; c < 3; c++) data[i + c] = Math.min(255, Math.max(0, Math.round(y + b[i + c]! - old)))
  }
  return createBitmap(picture.width, picture.height, 3, data)
}

function luminance(data: Uint8Array, i: number): number {
  return 0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!
}

/** A style in gray, its light and dark of the content's mean and deviation. */
function luminanceMatched(style: Bitmap, content: Bitmap): Bitmap {
  const levels = (bitmap: Bitmap) => {
    const { data } = toColor(bitmap)
    return Float64Array.from({ length: data.length / 3 }, (_, i) => luminance(data, 3 * i))
  }
  const [from, to] = [levels(style), levels(content)]
  const [a, b] = [momentsOf(from), momentsOf(to)]
  const data = new Uint8Array(from.length * 3)
  from.forEach((v, i) => {
    const level = a.deviation > 0 ? ((v - a.mean) * b.deviation) / a.deviation + b.mean : b.mean
    data.fill(Math.min(255, Math.max(0, Math.round(level))), 3 * i, 3 * i + 3)
  })
  return createBitmap(style.width, style.height, 3, data)
}

function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}

/** Every channel's levels moved so that its histogram becomes that of the content. */
function histogramMatched(style: Bitmap, content: Bitmap): Bitmap {
  const data = new Uint8Array(style.data.length)
  for (let c = 0; c < 3; c++) {
    const [from, to] = [shares(style.data, c), shares(content.data, c)]
    let level = 0
    const table = from.map((share) => {
      while (level < 255 && to[level]! < share) level++
      return level
    })
    for (let i = c; i < data.length; i += 3) data[i] = table[style.data[i]!]!
  }
  return createBitmap(style.width, style.height, 3, data)
}

/** Of every level the share of pixels at or below it, its own counted half. */
function shares(data: Uint8Array, channel: number): number[] {
  const counts = new Array<number>(256).fill(0)
  for (let i = channel; i < data.length; i += 3) counts[data[i]!]!++
  const total = data.length / 3
  let below = 0
  return counts.map((count) => {
    const share = (below + count / 2) / total
    below += count
    return share
  })
}
