// The degraded result is painted like the target: statistics of VGG features that forget where things are (Gatys, Ecker
// and Bethge 2016, "Image Style Transfer Using Convolutional Neural Networks", equations 3 to 5), on the layers of VGG16
// that Johnson et al. 2016 take. As a loss beside `content` it is Gatys' split: what is there, and how it is painted.

import { z } from 'zod'
import { MOST_PIXELS, positiveInteger } from '../../../config/schema-numbers.ts'
import { imagenetNormalized, toUnit } from '../../../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../../features/vgg.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { styleDistance, styleStatistics } from '../../../losses/style.ts'
import { termKind } from '../term.ts'
import { comparisonSide, layers, weight } from '../term-schema.ts'

export const style = termKind({
  schema: z
    .strictObject({
      weight: weight("the statistics of the target's brushwork or grain"),
      layers: layers('VGG16'),
      statistics: z
        .enum(['gram', 'moments'])
        .describe(
          '"gram": which features occur together (Gatys 2016); "moments": mean and deviation of each (AdaIN 2017).',
        ),
      size: positiveInteger(MOST_PIXELS).describe(
        'Side at which degraded result and target are compared. By default 256, at most half the generator.',
      ),
    })
    .describe('The degraded result has the texture of the target, wherever it may lie.'),
  defaults: (size) => ({
    weight: 0,
    layers: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'],
    statistics: 'gram' as const,
    size: comparisonSide(size),
  }),
  networks: () => ['vgg16'],
  misfit: (config, size) => (config.size > size ? ['size', `at most the ${size} px of the generator`] : undefined),
  build: ({ layers, statistics, size }, context) => {
    const side = { height: size, width: size }
    const of = (image: Tensor): Tensor[] =>
      vggFeatures('vgg16', context.network('vgg16'), imagenetNormalized(toUnit(image)), layers as VggLayer[]).map((f) =>
        styleStatistics(f, statistics),
      )
    const target = of(context.targetAt(side)).map((s, i) => context.once(`style/${i}`, s))
    return styleDistance(of(context.degraded(side)), target)
  },
})
