// Separable resampling as two matrix products, y = R·x·Cᵀ: exact, differentiable by transposing, at home on any device,
// and whatever rule made the matrices.

import { matmul, swap } from './matmul.ts'
import { constant, type Tensor } from './tensor.ts'

/** Rows: output positions; each row says how much of every input position it takes. Row-major [to, from]. */
export interface ResampleMatrix {
  from: number
  to: number
  data: Float64Array
}

/** Linear interpolation at given positions (in input pixels, 0 the centre of the first); zeros beyond the ends, or the end's value. */
export function interpolationMatrix(
  from: number,
  positions: readonly number[],
  outside: 'zero' | 'edge',
): ResampleMatrix {
  const data = new Float64Array(positions.length * from)
  positions.forEach((position, row) => {
    const at = outside === 'edge' ? Math.min(Math.max(position, 0), from - 1) : position
    const left = Math.floor(at)
    const share = at - left
    if (left >= 0 && left < from) data[row * from + left]! += 1 - share
    if (left + 1 >= 0 && left + 1 < from) data[row * from + left + 1]! += share
  })
  return { from, to: positions.length, data }
}

/** PyTorch's bilinear interpolation, without antialiasing. */
export function bilinearMatrix(from: number, to: number, alignCorners: boolean): ResampleMatrix {
  const position = (i: number): number =>
    alignCorners ? (to > 1 ? (i * (from - 1)) / (to - 1) : 0) : ((i + 0.5) * from) / to - 0.5
  return interpolationMatrix(
    from,
    Array.from({ length: to }, (_, i) => position(i)),
    'edge',
  )
}

/** x [N, C, H, W] → [N, C, rows.to, columns.to]. */
export function resample(x: Tensor, rows: ResampleMatrix, columns: ResampleMatrix): Tensor {
  const asTensor = (m: ResampleMatrix): Tensor => constant(m.data, [m.to, m.from])
  return matmul(matmul(asTensor(rows), x), swap(asTensor(columns)))
}

/** x [N, C, H, W] → [N, C, height, width], bilinear, without a filter for reduction (as PyTorch's interpolate). */
export function resizeBilinear(x: Tensor, height: number, width: number, alignCorners: boolean): Tensor {
  const [h, w] = x.shape.slice(2) as [number, number]
  if (h === height && w === width) return x
  return resample(x, bilinearMatrix(h, height, alignCorners), bilinearMatrix(w, width, alignCorners))
}
