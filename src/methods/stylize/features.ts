// The network that looks at content and style, as a config chooses it.

import { imagenetNormalized } from '../../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../features/vgg.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { Weights } from '../../graph/weights.ts'
import type { StylizeConfig } from './schema.ts'

/** A layer's name in a config: relu4_2, conv4_2. */
export type LayerName = VggLayer

/** Features of a picture [1, 3, h, w] in 0..1 at the named layers. */
export type FeaturesOf = (picture: Tensor, layers: readonly LayerName[]) => Tensor[]

/** @param kind whose layout the weights have */
export function featuresBy(kind: 'vgg16' | 'vgg19', weights: Weights, config: StylizeConfig['network']): FeaturesOf {
  const { pooling, border } = config
  return (picture, layers) =>
    layers.length === 0
      ? []
      : vggFeatures(kind, weights, imagenetNormalized(picture), layers, { pooling, edge: border })
}
