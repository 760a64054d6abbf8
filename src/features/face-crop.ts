// The face out of an aligned picture, as the face networks want it, on the graph: the same square and the same sampling as
// src/features/face-api.ts does with bytes (bilinear at a whole multiple of the size, then averaged), written as one
// matrix for the rows and one for the columns.

import { interpolationMatrix, type ResampleMatrix, resample } from '../graph/resample.ts'
import type { Tensor } from '../graph/tensor.ts'
import { ALIGNED_FACE } from './aligned-face.ts'

/** @param x [N, 3, H, W], an FFHQ-aligned face; returns [N, 3, size, size] */
export function alignedFace(x: Tensor, size: number): Tensor {
  const [height, width] = x.shape.slice(2) as [number, number]
  const side = Math.max(ALIGNED_FACE.width * width, ALIGNED_FACE.height * height)
  const matrix = (length: number, start: number, share: number): ResampleMatrix => {
    const begin = (start + share / 2) * length - side / 2
    return windowMatrix(length, begin, side, size)
  }
  return resample(
    x,
    matrix(height, ALIGNED_FACE.y, ALIGNED_FACE.height),
    matrix(width, ALIGNED_FACE.x, ALIGNED_FACE.width),
  )
}

/** `size` samples of [begin, begin + side) of a line of `length` pixels; the edge goes on where it leaves the line. */
function windowMatrix(length: number, begin: number, side: number, size: number): ResampleMatrix {
  const finer = Math.min(Math.max(Math.ceil(side / size), 1), 4)
  const positions = Array.from({ length: size * finer }, (_, i) => begin + ((i + 0.5) / (size * finer)) * side - 0.5)
  const fine = interpolationMatrix(length, positions, 'edge')
  const data = new Float64Array(size * length)
  for (let row = 0; row < size * finer; row++)
    for (let column = 0; column < length; column++)
      data[Math.floor(row / finer) * length + column]! += fine.data[row * length + column]! / finer
  return { from: length, to: size, data }
}
