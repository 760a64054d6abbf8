// What is in the picture, without how it is painted: deep features alone (Gatys, Ecker and Bethge 2016, equation 1; the
// layer is Johnson's et al. 2016). In place of `face`, whose shallow layers want every brush stroke explained.

import { z } from 'zod'
import { MOST_PIXELS, positiveInteger } from '../../../config/schema-numbers.ts'
import { imagenetNormalized, toUnit } from '../../../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../../features/vgg.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { contentDistance } from '../../../losses/content.ts'
import { termKind } from '../term.ts'
import { comparisonSide, layers, weight } from '../term-schema.ts'

export const content = termKind({
  schema: z
    .strictObject({
      weight: weight('the comparison of deep features'),
      layers: layers('VGG16'),
      size: positiveInteger(MOST_PIXELS).describe(
        'Side at which degraded result and target are compared. By default 256, at most half the generator.',
      ),
    })
    .describe('The degraded result shows what the target shows, however that is painted.'),
  defaults: (size) => ({ weight: 0, layers: ['relu3_3'], size: comparisonSide(size) }),
  networks: () => ['vgg16'],
  misfit: (config, size) => (config.size > size ? ['size', `at most the ${size} px of the generator`] : undefined),
  build: ({ layers, size }, context) => {
    const side = { height: size, width: size }
    const of = (image: Tensor): Tensor[] =>
      vggFeatures('vgg16', context.network('vgg16'), imagenetNormalized(toUnit(image)), layers as VggLayer[])
    const target = of(context.targetAt(side)).map((f, i) => context.once(`content/${i}`, f))
    return contentDistance(of(context.degraded(side)), target)
  },
})
