/**
 * Between picture files and networks: samples of 8 or 16 bits, gray or colour, as planar floats, and finished rows of floats as samples.
 * Gray goes through a network of three channels as three equal ones and comes back as their mean.
 */
import type { Samples } from '../images/samples.ts'
import type { FinishedRows, PlanarPicture } from './tiles.ts'

const largestOf = (data: Uint8Array | Uint16Array) => (data instanceof Uint16Array ? 65_535 : 255)

/** A picture in 0..1 with three channels. */
export function colorPlanes({ width, height, channels, data }: Samples): PlanarPicture {
  const area = width * height
  const planes = new Float32Array(3 * area)
  const scale = 1 / largestOf(data)
  for (let c = 0; c < 3; c++) {
    const from = channels === 1 ? 0 : c
    for (let i = 0, source = from, target = c * area; i < area; i++, source += channels)
      planes[target++] = data[source]! * scale
  }
  return { channels: 3, width, height, data: planes }
}

/** The alpha plane of a picture as a gray one. */
export function alphaPicture({ width, height, alpha }: Samples): Samples | undefined {
  return alpha && { width, height, channels: 1, data: alpha }
}

/** Whether all channels are equal everywhere. */
export function isGraySamples({ channels, data }: Samples): boolean {
  if (channels === 1) return true
  for (let i = 0; i < data.length; i += 3) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false
  return true
}

/** Collects finished rows as samples. */
export interface SampleRows {
  readonly picture: Samples
  add(rows: FinishedRows): void
}

export interface SampleKind {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly bits: 8 | 16
  /** Channels are made equal: of a gray picture that is stored in colour. */
  readonly gray: boolean
}

/** @throws RangeError where there is no memory for them */
export function sampleRows({ width, height, channels, bits, gray }: SampleKind): SampleRows {
  const count = width * height * channels
  const data = bits === 16 ? new Uint16Array(count) : new Uint8Array(count)
  const largest = largestOf(data)
  const level = (v: number) => Math.floor(Math.min(Math.max(v, 0), 1) * largest + 0.5)
  return {
    picture: { width, height, channels, data },
    add({ top, count: rows, data: planes }) {
      const area = rows * width
      let target = top * width * channels
      for (let i = 0; i < area; i++) {
        const [r, g, b] = [planes[i]!, planes[area + i]!, planes[2 * area + i]!]
        if (channels === 1 || gray) {
          const v = level((r + g + b) / 3)
          for (let c = 0; c < channels; c++) data[target++] = v
        } else {
          data[target++] = level(r)
          data[target++] = level(g)
          data[target++] = level(b)
        }
      }
    },
  }
}
