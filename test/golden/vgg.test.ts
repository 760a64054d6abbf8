// VGG19 down to conv5_1 as style transfer looks through it, at full size on formula weights, against PyTorch in float64:
// features with max pooling; content and style losses, which are made of features, with average pooling.

import { beforeAll, describe, expect, test } from 'vitest'
import { imagenetNormalized } from '../../src/features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../src/features/vgg.ts'
import { constant, type Tensor } from '../../src/graph/tensor.ts'
import { runOnce } from '../support/device.ts'
import { formulaImage } from '../support/formula.ts'
import { formulaWeights } from '../support/formula-weights.ts'
import { readGolden } from '../support/golden.ts'
import { expectSummary, type Summary } from '../support/summary.ts'

const gate = 1e-5
const golden = readGolden<{
  features_start: Record<string, Summary>
  'style_neural-style': number[]
  avg_pool: { 'style_neural-style': number[]; content_mse: number }
  content: { mse: number }
}>('systems/nst')
const { salt } = golden

const styleLayers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'] as const
const contentLayer = 'relu4_2'
const layers = [...styleLayers, contentLayer] as const
/** Where torchvision counts them in `features`. */
const indices = [1, 6, 11, 20, 29, 22]

const pictures = { content: [64, 48], style: [56, 72], start: [64, 48] } as const
const weights = formulaWeights('vgg19', { salt })

function picture(name: keyof typeof pictures): Tensor {
  const [h, w] = pictures[name]
  return imagenetNormalized(constant(formulaImage(`nst/${name}`, 3, h, w, salt), [1, 3, h, w]))
}

interface Features {
  readonly channels: number
  readonly data: Float32Array
}

const poolings = ['max', 'average'] as const
const computed = new Map<string, Features>()

/** All at once, so that the weights of the formula are made once. */
beforeAll(async () => {
  const outputs: Record<string, Tensor> = {}
  for (const pooling of poolings)
    for (const name of Object.keys(pictures) as (keyof typeof pictures)[])
      vggFeatures('vgg19', weights, picture(name), layers, { pooling }).forEach((t, i) => {
        outputs[`${pooling}/${name}/${layers[i]}`] = t
      })
  const out = await runOnce(outputs)
  for (const [key, { shape }] of Object.entries(outputs)) computed.set(key, { channels: shape[1]!, data: out[key]! })
})

function features(pooling: 'max' | 'average', name: keyof typeof pictures, layer: VggLayer): Features {
  return computed.get(`${pooling}/${name}/${layer}`)!
}

/** Products of all pairs of channels, summed over the places and divided by their number. */
function gram({ channels, data }: Features): number[] {
  const area = data.length / channels
  const out: number[] = []
  for (let i = 0; i < channels; i++)
    for (let j = 0; j < channels; j++) {
      let sum = 0
      for (let p = 0; p < area; p++) sum += data[i * area + p]! * data[j * area + p]!
      out.push(sum / area)
    }
  return out
}

function meanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (v, i) => (v - b[i]!) ** 2).reduce((x, y) => x + y, 0) / a.length
}

const near = (got: number, expected: number, what: string) =>
  expect(Math.abs(got - expected) / expected, `${what}: ${got}, expected ${expected}`).toBeLessThan(gate)

test('features', () => {
  layers.forEach((layer, i) => {
    expectSummary(features('max', 'start', layer).data, golden.features_start[indices[i]!]!, gate, layer)
  })
})

describe.each([
  ['max', golden['style_neural-style'], golden.content.mse],
  ['average', golden.avg_pool['style_neural-style'], golden.avg_pool.content_mse],
] as const)('%s pooling', (pooling, style, content) => {
  test('content loss: mean squared difference', () => {
    const [start, target] = [features(pooling, 'start', contentLayer), features(pooling, 'content', contentLayer)]
    near(meanSquare(start.data, target.data), content, contentLayer)
  })

  test('style losses: mean squared differences of Gram matrices over channels', () => {
    styleLayers.forEach((layer, i) => {
      const [start, target] = [features(pooling, 'start', layer), features(pooling, 'style', layer)]
      near(meanSquare(gram(start), gram(target)) / start.channels ** 2, style[i]!, layer)
    })
  })
})
