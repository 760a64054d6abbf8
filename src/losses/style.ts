// Statistics of features that say how a picture is painted, and their distance.

import { add, div, sqrt, square, sub } from '../graph/elementwise.ts'
import { concat, reshape } from '../graph/layout.ts'
import { mean, sum } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import { gramMatrix } from './gram.ts'

export type Statistics = 'gram' | 'moments'

/** [1, C, H, W] → [C, C], or [2, C]: mean and deviation of every channel (as AdaIN's style loss: Huang and Belongie 2017). */
export function styleStatistics(features: Tensor, kind: Statistics): Tensor {
  if (kind === 'gram') return gramMatrix(features)
  const [, c, h, w] = features.shape as [number, number, number, number]
  const flat = reshape(features, [c, h * w])
  const centre = mean(flat, [1], true)
  const deviation = sqrt(add(mean(square(sub(flat, centre)), [1], true), 1e-6))
  return reshape(concat([centre, deviation], 0), [2, c])
}

/**
 * Mean over the layers of |S − Ŝ|²/|Ŝ|², Ŝ the target's statistics: every layer counts alike, whatever its size and the
 * scale of its features. (Gatys divides by 4·N²·M² and Johnson by (C·H·W)², which leaves the first layers nearly mute.)
 */
export function styleDistance(result: readonly Tensor[], target: readonly Tensor[]): Tensor {
  return scope('style', () =>
    div(
      result.map((s, i) => div(sum(square(sub(s, target[i]!))), add(sum(square(target[i]!)), 1e-12))).reduce(add),
      result.length,
    ),
  )
}
