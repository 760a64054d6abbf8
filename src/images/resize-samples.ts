// Resizing of pictures of any depth, with their alpha. Those of 8 bits as Pillow does it; of 16 bits with the same filters in floats.
import { createBitmap } from './bitmap.ts'
import { filterTaps, type ResampleFilter, resize } from './resample.ts'
import type { Samples } from './samples.ts'

/** The picture at another size; the same one where nothing changes. */
export function resizeSamples(picture: Samples, width: number, height: number, filter: ResampleFilter): Samples {
  if (picture.width === width && picture.height === height) return picture
  const { channels, data, alpha } = picture
  const one = (plane: Uint8Array | Uint16Array, count: 1 | 3): Uint8Array | Uint16Array =>
    plane instanceof Uint16Array
      ? resizeDeep(plane, count, picture, { width, height }, filter)
      : resize(createBitmap(picture.width, picture.height, count, plane), width, height, filter).data
  return { width, height, channels, data: one(data, channels), ...(alpha && { alpha: one(alpha, 1) }) }
}

interface Side {
  readonly width: number
  readonly height: number
}

/** Rows first, then columns; the picture between is in floats. */
function resizeDeep(data: Uint16Array, channels: number, from: Side, to: Side, filter: ResampleFilter): Uint16Array {
  const across = filterTaps(from.width, to.width, filter)
  const down = filterTaps(from.height, to.height, filter)
  const narrow = new Float32Array(to.width * from.height * channels)
  let target = 0
  for (let y = 0; y < from.height; y++)
    for (let x = 0; x < to.width; x++)
      for (let c = 0; c < channels; c++) {
        let sum = 0
        const start = (y * from.width + across.first[x]!) * channels + c
        for (let i = 0; i < across.count[x]!; i++)
          sum += data[start + i * channels]! * across.weights[x * across.taps + i]!
        narrow[target++] = sum
      }
  const out = new Uint16Array(to.width * to.height * channels)
  const stride = to.width * channels
  const sums = new Float64Array(stride)
  for (let y = 0; y < to.height; y++) {
    sums.fill(0.5)
    for (let i = 0; i < down.count[y]!; i++) {
      const weight = down.weights[y * down.taps + i]!
      const source = (down.first[y]! + i) * stride
      for (let j = 0; j < stride; j++) sums[j] = sums[j]! + narrow[source + j]! * weight
    }
    for (let j = 0; j < stride; j++) out[y * stride + j] = Math.min(65_535, Math.max(0, Math.floor(sums[j]!)))
  }
  return out
}
