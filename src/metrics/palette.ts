// How far apart the colours of two pictures are, wherever they lie in them.
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { labOf } from './lab.ts'

const QUANTILES = 256

/**
 * The Wasserstein-1 distance of the distributions of L*, of a* and of b*, averaged: 0 for the same colours in any order. The
 * pictures may differ in size.
 */
export function paletteDistance(a: Bitmap, b: Bitmap): number {
  const [one, other] = [quantilesOf(a), quantilesOf(b)]
  const sums = one.map((axis, i) => axis.reduce((sum, v, q) => sum + Math.abs(v - other[i]![q]!), 0) / QUANTILES)
  return sums.reduce((sum, v) => sum + v, 0) / sums.length
}

/** Evenly spaced quantiles of L*, a* and b*. */
function quantilesOf(picture: Bitmap): Float64Array[] {
  const { data } = toColor(picture)
  const n = data.length / 3
  const axes = [0, 1, 2].map(() => new Float64Array(n))
  for (let i = 0; i < n; i++)
    labOf(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!).forEach((v, axis) => {
      axes[axis]![i] = v
    })
  return axes.map((values) => {
    values.sort()
    return Float64Array.from({ length: QUANTILES }, (_, q) => values[Math.floor(((q + 0.5) * n) / QUANTILES)]!)
  })
}
