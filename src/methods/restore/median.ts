// The median filter: what was done against specks before there were networks.

import type { Samples } from '../../images/samples.ts'

/** Each sample becomes the median of the window around it; beyond the edge the outermost pixels repeat. @param side odd */
export function medianFiltered(picture: Samples, side: number): Samples {
  const { width, height, channels, data } = picture
  const out = data.slice()
  const half = (side - 1) / 2
  const window = data instanceof Uint16Array ? new Uint16Array(side * side) : new Uint8Array(side * side)
  const inside = (i: number, length: number) => Math.min(length - 1, Math.max(0, i))
  const columns = Int32Array.from({ length: width + 2 * half }, (_, i) => channels * inside(i - half, width))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        let n = 0
        for (let dy = -half; dy <= half; dy++) {
          const row = inside(y + dy, height) * width * channels + c
          for (let dx = 0; dx < side; dx++) window[n++] = data[row + columns[x + dx]!]!
        }
        out[(y * width + x) * channels + c] = window.sort()[(side * side - 1) / 2]!
      }
  return { ...picture, data: out }
}
