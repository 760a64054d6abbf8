// e4e (Tov et al. 2021): an IR-SE backbone with a feature pyramid that writes w+ as one base latent plus deltas. Any
// width and depth, read off the weights; the official one has stages of 3, 4, 14 and 3 bottlenecks.

import { z } from 'zod'
import { conv2d } from '../graph/conv.ts'
import { add, leakyRelu, maximum, minimum, mul, relu, sigmoid } from '../graph/elementwise.ts'
import { concat, reshape } from '../graph/layout.ts'
import { equalLinear } from '../graph/linear.ts'
import { batchNorm } from '../graph/normalize.ts'
import { globalMean } from '../graph/pool.ts'
import { resizeBilinear } from '../graph/resample.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { recogniseE4e } from './e4e/recognise.ts'
import { everyOther } from './stride.ts'

export interface E4eLayout {
  /** Indices of the bottlenecks that start a stage and halve the side; the official network's are 0, 3, 7 and 21. */
  stageStarts: readonly [number, number, number, number]
  /** Styles of index < coarse read the deepest map, those < middle the next one, the others the finest. */
  coarse: number
  middle: number
}

export const officialE4eLayout: E4eLayout = { stageStarts: [0, 3, 7, 21], coarse: 3, middle: 7 }

/**
 * @param weights at the encoder's root (`input_layer`, `body`, `styles`, `latlayer1`, `latlayer2`)
 * @param x [N, 3, s, s] in ±1; a gray picture is repeated three times
 * @param latentAverage [latents, styleDim], added when the checkpoint's `start_from_latent_avg` says so
 * @returns w+ [N, latents, styleDim]
 */
export function e4e(
  weights: Weights,
  x: Tensor,
  latentAverage?: Tensor,
  layout: E4eLayout = officialE4eLayout,
): Tensor {
  return scope('e4e', () => {
    let h = prelu(
      batchNorm(conv2d(x, weights.get('input_layer.0.weight'), { padding: 1 }), weights.at('input_layer.1')),
      weights.get('input_layer.2.weight'),
    )
    const bottlenecks = weights.count('body')
    const outputs: Tensor[] = []
    for (let i = 0; i < bottlenecks; i++) {
      const stride = layout.stageStarts.includes(i) ? 2 : 1
      h = scope(`body.${i}`, () => bottleneck(weights.at(`body.${i}`), h, stride))
      outputs.push(h)
    }
    const [, , third, fourth] = layout.stageStarts
    const c1 = outputs[third - 1]!
    const c2 = outputs[fourth - 1]!
    const c3 = outputs[bottlenecks - 1]!
    const p2 = add(enlarge(c3, c2), lateral(weights.at('latlayer1'), c2))
    const p1 = add(enlarge(p2, c1), lateral(weights.at('latlayer2'), c1))

    const count = weights.count('styles')
    const base = scope('styles.0', () => mapToStyle(weights.at('styles.0'), c3))
    const [n, dim] = base.shape as [number, number]
    const codes = [base]
    for (let i = 1; i < count; i++) {
      const features = i < layout.coarse ? c3 : i < layout.middle ? p2 : p1
      codes.push(scope(`styles.${i}`, () => add(base, mapToStyle(weights.at(`styles.${i}`), features))))
    }
    const latent = concat(
      codes.map((c) => reshape(c, [n, 1, dim])),
      1,
    )
    return latentAverage ? add(latent, latentAverage) : latent
  })
}

function prelu(x: Tensor, slope: Tensor): Tensor {
  const c = x.shape[1]!
  return add(maximum(x, 0), mul(minimum(x, 0), reshape(slope, [1, c, 1, 1])))
}

/** BN → conv → PReLU → conv (stride) → BN → squeeze and excitation, plus the shortcut. */
function bottleneck(weights: Weights, x: Tensor, stride: number): Tensor {
  const main = weights.at('res_layer')
  let h = conv2d(batchNorm(x, main.at('0')), main.get('1.weight'), { padding: 1 })
  h = conv2d(prelu(h, main.get('2.weight')), main.get('3.weight'), { padding: 1, stride })
  h = batchNorm(h, main.at('4'))
  const squeezed = relu(conv2d(globalMean(h), main.get('5.fc1.weight')))
  h = mul(h, sigmoid(conv2d(squeezed, main.get('5.fc2.weight'))))
  // A 1×1 max pool with a stride is just every other pixel.
  const shortcut = weights.has('shortcut_layer.0.weight')
    ? batchNorm(conv2d(x, weights.get('shortcut_layer.0.weight'), { stride }), weights.at('shortcut_layer.1'))
    : everyOther(x, stride)
  return add(h, shortcut)
}

function lateral(weights: Weights, x: Tensor): Tensor {
  return conv2d(x, weights.get('weight'), { bias: weights.get('bias') })
}

function enlarge(x: Tensor, like: Tensor): Tensor {
  return resizeBilinear(x, like.shape[2]!, like.shape[3]!, true)
}

/** Halves the map until one pixel is left, then an equalised layer: [N, c, s, s] → [N, styleDim]. */
function mapToStyle(weights: Weights, x: Tensor): Tensor {
  let h = x
  for (let i = 0; h.shape[2]! > 1; i += 2) {
    const conv = weights.at(`convs.${i}`)
    h = leakyRelu(conv2d(h, conv.get('weight'), { bias: conv.get('bias'), stride: 2, padding: 1 }), 0.01)
  }
  return equalLinear(reshape(h, [h.shape[0]!, h.shape[1]!]), weights.at('linear'))
}

const index = z.int().min(0)

export const e4eNetwork = networkKind({
  roles: { e4e: 'e4e encoder' },
  layout: z.strictObject({
    inputSize: z.int().positive().default(256).describe('Side in pixels at which it looks.'),
    stageStarts: z
      .tuple([index, index, index, index])
      .default([...officialE4eLayout.stageStarts])
      .describe('Bottlenecks that start a stage and halve the side.'),
    coarse: index.default(officialE4eLayout.coarse).describe('Styles below it read the deepest map.'),
    middle: index
      .default(officialE4eLayout.middle)
      .describe('Styles below it read the map before, the others the finest.'),
  }),
  files:
    '`e4e_ffhq_encode.pt` and others of encoder4editing, with their decoder as `stylegan2` and their mean as `w_stats`',
  ofGenerator: true,
  landmarks: ['encoder.input_layer.0.weight', 'input_layer.0.weight'],
  recognise: recogniseE4e,
  probe: (weights, layout) =>
    e4e(
      weights.has('encoder.input_layer.0.weight') ? weights.at('encoder') : weights,
      testPicture(3, layout.inputSize),
      weights.has('latent_avg') ? weights.get('latent_avg') : undefined,
      layout,
    ),
})
