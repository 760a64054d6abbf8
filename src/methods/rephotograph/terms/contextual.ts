// The contextual loss (Mechrez et al. 2018): every feature of the sibling should find its like somewhere in the result,
// wherever that is. It carries fine texture and colour over without asking for aligned pixels.

import { z } from 'zod'
import { MOST_PIXELS, positive, positiveInteger } from '../../../config/schema-numbers.ts'
import { imagenetNormalized, toUnit } from '../../../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../../features/vgg.ts'
import { add } from '../../../graph/elementwise.ts'
import { gather } from '../../../graph/gather.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { contextualDistance } from '../../../losses/contextual.ts'
import type { Random } from '../../../numbers/random.ts'
import { type TermContext, termKind } from '../term.ts'
import { comparisonSide, layers, sibling, weight } from '../term-schema.ts'

/** A random window, the same in the undegraded result and the sibling, compared layer by layer. */
export const contextual = termKind({
  schema: z
    .strictObject({
      weight: weight('the contextual loss, which takes detail and colour from the sibling'),
      layers: layers('VGG19'),
      window: positiveInteger(MOST_PIXELS).describe(
        'Side of the random window that is compared; smaller than the generator. By default 256, at most half the generator.',
      ),
      points: positiveInteger(8192).describe('Most points of a layer that are compared; more are thinned at random.'),
      bandwidth: positive(1000).describe('Bandwidth h of the similarity exp((1 − d)/h).'),
      sibling: sibling.describe(
        'Compare with a sibling drawn afresh at each stage ("fresh", a quirk: colour transfer keeps the first) or with the first.',
      ),
    })
    .describe('The result has the detail of the sibling, wherever it may lie.'),
  defaults: (size) => ({
    weight: 0.1,
    layers: ['relu3_4', 'relu2_2', 'relu1_2'],
    window: comparisonSide(size),
    points: 4096,
    bandwidth: 0.5,
    sibling: 'fresh' as const,
  }),
  networks: () => ['vgg19'],
  misfit: ({ window }, size) => (window >= size ? ['window', `less than the ${size} px of the generator`] : undefined),
  build: (config, context) => {
    const [row, column] = (['row', 'column'] as const).map((axis) => windowIndices(context, config.window, axis))
    const crop = (image: Tensor): Tensor => gather(gather(image, row!, 2), column!, 3)
    const detail = context.once('contextual/sibling', context.sibling(config.sibling).image)
    const layers = config.layers as VggLayer[]
    const features = (image: Tensor): Tensor[] =>
      vggFeatures('vgg19', context.network('vgg19'), imagenetNormalized(toUnit(crop(image))), layers)
    const x = features(detail)
    const y = features(context.image)
    return layers
      .map((layer, i) =>
        contextualDistance(x[i]!, y[i]!, config.bandwidth, subsetIndices(context, layer, y[i]!, config.points)),
      )
      .reduce(add)
  },
})

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
