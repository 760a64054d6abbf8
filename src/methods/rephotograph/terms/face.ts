// The degraded result looks like the target: perceptual distance of the whole face at a moderate size.

import { z } from 'zod'
import { MOST_PIXELS, nonNegative, positiveInteger } from '../../../config/schema-numbers.ts'
import { perceptualDistance, perceptualFeatures } from '../../../losses/perceptual.ts'
import { onceFeatures } from '../once-features.ts'
import { termKind } from '../term.ts'
import { comparisonSide, layers, weight } from '../term-schema.ts'

export const face = termKind({
  schema: z
    .strictObject({
      weight: weight('the comparison of the whole face'),
      size: positiveInteger(MOST_PIXELS).describe(
        "Side at which degraded result and target are compared (the reference's recon_size). By default 256, at most half the generator.",
      ),
      vgg: nonNegative(1e6).describe('Share of the VGG16 distance.'),
      vggFace: nonNegative(1e6).describe('Share of the VGG-Face distance.'),
      vggLayers: layers('VGG16'),
      vggFaceLayers: layers('VGG-Face'),
      vggFaceRange: z
        .enum(['unit', 'byte'])
        .describe(
          'Range of the pictures that VGG-Face sees: "unit" is 0..1, a quirk; it was trained on "byte", 0..255.',
        ),
    })
    .describe('The degraded result looks like the target.'),
  defaults: (size) => ({
    weight: 1,
    size: comparisonSide(size),
    vgg: 1,
    vggFace: 0.3,
    vggLayers: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'],
    vggFaceLayers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'],
    vggFaceRange: 'unit' as const,
  }),
  networks: ({ vgg, vggFace }) => [
    ...(vgg > 0 ? ['vgg16' as const] : []),
    ...(vggFace > 0 ? ['vggface' as const] : []),
  ],
  misfit: (config, size) => {
    if (config.vgg === 0 && config.vggFace === 0)
      return ['vgg', 'a share above 0 here or in vggFace (a weight of 0 leaves the term out)']
    return config.size > size ? ['size', `at most the ${size} px of the generator`] : undefined
  },
  build: (config, context) => {
    const side = { height: config.size, width: config.size }
    const target = perceptualFeatures(context.network, context.targetAt(side), config)
    const result = perceptualFeatures(context.network, context.degraded(side), config)
    return perceptualDistance(result, onceFeatures(context, 'face', target), config)
  },
})
