// Spectral sensitivity of the emulsion: how colour became gray. Blue-sensitive, orthochromatic and panchromatic (ITU-R
// 601 luma) emulsions are points of a simplex: shares of red, green and blue that are not negative and sum to 1. Learned,
// the shares move on it.
//
// They are kept there by projection (the nearest point of the simplex: Duchi et al. 2008; for so few numbers by
// Michelot's repetitions, 1986) and not by a softmax: a softmax never reaches an edge, so that "blue alone" could be
// neither start nor answer, and has no slope near one. What an update shall not do is move along the normal of the
// simplex, where RAdam, which divides by the size of each slope, would spend its steps: so the shares are divided by
// their sum, which changes nothing but the slope.

import { z } from 'zod'
import { conv2d } from '../graph/conv.ts'
import { clamp, div, mul, relu, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { sum } from '../graph/reduce.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { learning, stageKind } from './stage.ts'

/** Spectral sensitivity of the emulsion: 'b' blue-sensitive, 'gb' orthochromatic, 'g' panchromatic. */
export const sensitivitySchema = z.enum(['b', 'gb', 'g'])

export type Sensitivity = z.infer<typeof sensitivitySchema>

/** Shares of red, green and blue. */
export const sensitivityWeights: Readonly<Record<Sensitivity, readonly [number, number, number]>> = {
  b: [0, 0, 1],
  gb: [0, 0.5, 0.5],
  g: [0.299, 0.587, 0.114],
}

/** The nearest point of the simplex {w ≥ 0, Σw = 1}: [n] → [n]. */
export function ontoSimplex(weights: Tensor): Tensor {
  const [n] = weights.shape as [number]
  let active: Tensor = constant(new Array<number>(n).fill(1), [n])
  let shift = div(sub(sum(weights), 1), n)
  // Each repetition takes at least one more share out, or none of them any more.
  for (let i = 1; i < n; i++) {
    active = mul(active, clamp(mul(sub(weights, shift), 1e9), 0, 1))
    shift = div(sub(sum(mul(weights, active)), 1), sum(active))
  }
  return relu(sub(weights, shift))
}

/** [N, 3, H, W] → [N, 1, H, W]. */
export const spectral = stageKind({
  schema: z
    .strictObject({
      sensitivity: sensitivitySchema.describe("How colour becomes gray; by default the run's sensitivity."),
      ...learning,
    })
    .describe('From colour to what the emulsion recorded.'),
  defaults: { sensitivity: 'b', learn: false, lr: null },
  make: ({ sensitivity, learn, lr }) => {
    const start = sensitivityWeights[sensitivity]
    if (!learn) return { parameters: [], apply: (x) => conv2d(x, constant(start, [1, 3, 1, 1])) }
    return {
      parameters: [{ name: 'weights', shape: [3], start, learn, lr, project: ontoSimplex }],
      apply: (x, { weights }) => conv2d(x, reshape(div(weights!, sum(weights!)), [1, 3, 1, 1])),
    }
  },
})
