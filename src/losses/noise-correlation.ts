// Whether noise maps are white (Karras et al. 2020, appendix D).

import { customGradient } from '../graph/custom-gradient.ts'
import { add, mul, square } from '../graph/elementwise.ts'
import { concat, roll } from '../graph/layout.ts'
import { avgPool } from '../graph/pool.ts'
import { mean, sum } from '../graph/reduce.ts'
import { sizeOf } from '../graph/shape.ts'
import { scope, type Tensor } from '../graph/tensor.ts'

/**
 * Sum over the maps and their halvings down to `minSize` of the squared correlation with their neighbours; maps of side
 * ≤ minSize count once. Whatever has the same side, be it a map or the halving of a larger one, is looked at together:
 * map by map the pyramids were four of ten nodes of a whole step.
 * @param noise [1, 1, r, r] each
 */
export function noiseCorrelation(noise: readonly Tensor[], minSize = 8): Tensor {
  return scope('noise_correlation', () => {
    const bySide = new Map<number, Tensor[]>()
    const file = (maps: Tensor): void => {
      const side = maps.shape[2]!
      bySide.set(side, [...(bySide.get(side) ?? []), maps])
    }
    noise.forEach(file)
    const terms: Tensor[] = []
    while (bySide.size > 0) {
      const side = Math.max(...bySide.keys())
      const maps = concat(bySide.get(side)!, 0)
      bySide.delete(side)
      terms.push(squaredCorrelation(maps))
      if (side > minSize) file(avgPool(maps, 2))
    }
    return terms.reduce(add)
  })
}

/**
 * Σ c², c = mean(n · Rn) for each map n of a stack and each of the two shifts R by one pixel. R⁻¹ is R's transpose, so
 * dc/dn = (Rn + R⁻¹n)/size.
 * @param maps [k, 1, r, r]
 */
function squaredCorrelation(maps: Tensor): Tensor {
  const axes = [2, 3]
  const size = sizeOf(maps.shape) / maps.shape[0]!
  const rolled = axes.map((axis) => roll(maps, 1, axis))
  const correlations = rolled.map((r) => mean(mul(maps, r), [1, 2, 3], true))
  const value = sum(square(concat(correlations, 1)))
  return customGradient(value, [maps], (dy) => {
    const neighbours = axes.map((axis, i) => add(rolled[i]!, roll(maps, -1, axis)))
    const slope = mul(dy, 2 / size)
    return [neighbours.map((both, i) => mul(both, mul(correlations[i]!, slope))).reduce(add)]
  })
}
