// The ResNet18 colour encoder of Time-Travel Rephotography (Luo et al. 2021, section 4.1): from a gray picture to the one
// latent w that gives its sibling its colours. One set of weights for each sensitivity of the film.

import { conv2d } from '../graph/conv.ts'
import { add, leakyRelu, relu } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { linear } from '../graph/linear.ts'
import { instanceNorm } from '../graph/normalize.ts'
import { avgPool } from '../graph/pool.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'

/** @param x gray [N, 1, s, s] in 01, s = 256 for the official weights; @returns w [N, styleDim] */
export function colorEncoder(weights: Weights, x: Tensor): Tensor {
  return scope('color_encoder', () => {
    let h = leakyRelu(instanceNorm(convWithBias(weights.at('conv0.0'), x, 2)), 0.01)
    h = avgPool(h, 2)
    for (let i = 0; weights.has(`residual_blocks.${i}.blocks.0.0.weight`); i += 2)
      h = avgPool(
        scope(`residual_blocks.${i}`, () => residualBlock(weights.at(`residual_blocks.${i}`), h)),
        2,
      )
    h = avgPool(relu(h), h.shape[2]!)
    return linear(reshape(h, [h.shape[0]!, h.shape[1]!]), weights.at('last.3'))
  })
}

function convWithBias(weights: Weights, x: Tensor, padding: number): Tensor {
  return conv2d(x, weights.get('weight'), { bias: weights.get('bias'), padding })
}

function residualBlock(weights: Weights, x: Tensor): Tensor {
  let h = leakyRelu(instanceNorm(convWithBias(weights.at('blocks.0.0'), x, 1)), 0.01)
  h = instanceNorm(convWithBias(weights.at('blocks.2.0'), h, 1))
  const shortcut = weights.has('shortcut.0.weight') ? instanceNorm(conv2d(x, weights.get('shortcut.0.weight'))) : x
  return leakyRelu(add(h, shortcut), 0.01)
}
