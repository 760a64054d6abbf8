// The contextual loss (Mechrez et al. 2018): every feature of the sibling should find its like somewhere in the result,
// wherever that is. It carries fine texture and colour over without asking for aligned pixels.

import { imagenetNormalized, toUnit } from '../../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../features/vgg.ts'
import { add, div, log, maximum, mul, neg, sqrt, square, sub } from '../../graph/elementwise.ts'
import { gather } from '../../graph/gather.ts'
import { reshape } from '../../graph/layout.ts'
import { matmul, swap } from '../../graph/matmul.ts'
import { max, mean, softmax, sum } from '../../graph/reduce.ts'
import { scope, type Tensor } from '../../graph/tensor.ts'
import type { Random } from '../random.ts'
import type { Term, TermContext } from '../term.ts'

/**
 * @param x features of the sibling [1, C, H, W]
 * @param y features of the result, same shape
 * @param bandwidth h of exp((1 − d̃)/h)
 * @param subset int32 indices of the points to compare; undefined: all of them
 */
export function contextual(x: Tensor, y: Tensor, bandwidth: number, subset?: Tensor): Tensor {
  return scope('contextual', () => {
    const [pointsX, pointsY] = [x, y].map((t) => (subset ? gather(points(t), subset, 1) : points(t))) as [
      Tensor,
      Tensor,
    ]
    // The mean of those points that are compared: the subset is drawn before it is taken.
    const centre = mean(pointsY, [1], true)
    const unitX = unitColumns(sub(pointsX, centre))
    const unitY = unitColumns(sub(pointsY, centre))
    const cosine = matmul(swap(unitX), unitY)
    // d̃ = (1 − cosine)/(min d + 1e-5), and w/Σw over y with w = exp((1 − d̃)/h) is a softmax of −d̃/h, to which the same
    // for every y may be added: cosine/(h·(min d + 1e-5)) has the same softmax and is one pass over the matrix.
    const nearest = sub(1, max(cosine, [1], true))
    const likeness = softmax(div(cosine, mul(add(nearest, 1e-5), bandwidth)))
    return neg(log(add(mean(max(likeness, [0])), 1e-5)))
  })
}

/** [1, C, H, W] → [C, H·W]. */
function points(t: Tensor): Tensor {
  const [, c, h, w] = t.shape as [number, number, number, number]
  return reshape(t, [c, h * w])
}

function unitColumns(t: Tensor): Tensor {
  return div(t, maximum(sqrt(add(sum(square(t), [0], true), 1e-24)), 1e-12))
}

export interface ContextualConfig {
  weight: number
  layers: readonly string[]
  /** Side of the random window, in pixels of the generator's picture. */
  window: number
  /** Most points of a layer that are compared. */
  points: number
  bandwidth: number
  sibling: 'fresh' | 'first'
}

/** A random window, the same in the undegraded result and the sibling, compared layer by layer. */
export function contextualTerm(config: ContextualConfig): Term {
  return {
    name: 'contextual',
    weight: config.weight,
    build: (context) => {
      const [row, column] = (['row', 'column'] as const).map((axis) => windowIndices(context, config.window, axis))
      const crop = (image: Tensor): Tensor => gather(gather(image, row!, 2), column!, 3)
      const sibling = context.once('contextual/sibling', context.sibling(config.sibling).image)
      const layers = config.layers as VggLayer[]
      const features = (image: Tensor): Tensor[] =>
        vggFeatures('vgg19', context.networks.vgg19, imagenetNormalized(toUnit(crop(image))), layers)
      const x = features(sibling)
      const y = features(context.image)
      return layers
        .map((layer, i) =>
          contextual(x[i]!, y[i]!, config.bandwidth, subsetIndices(context, layer, y[i]!, config.points)),
        )
        .reduce(add)
    },
  }
}

/** Consecutive rows or columns from a start in 0 … size − window − 1, as the reference draws it. */
function windowIndices(context: TermContext, window: number, axis: 'row' | 'column'): Tensor {
  return context.draw(`contextual/${axis}`, window, (random: Random) => {
    const start = random.integer(Math.max(1, context.size - window))
    return Array.from({ length: window }, (_, i) => start + i)
  })
}

function subsetIndices(context: TermContext, layer: string, features: Tensor, most: number): Tensor | undefined {
  const total = features.shape[2]! * features.shape[3]!
  if (total <= most) return undefined
  return context.draw(`contextual/${layer}`, most, (random: Random) => random.subset(total, most))
}
