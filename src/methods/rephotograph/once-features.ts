// Perceptual features of what does not change, computed once for the steps of a stage.

import type { Tensor } from '../../graph/tensor.ts'
import type { PerceptualFeatures } from '../../losses/perceptual.ts'
import type { TermContext } from './term.ts'

/** The same features, computed once for the steps of a stage. */
export function onceFeatures(context: TermContext, name: string, features: PerceptualFeatures): PerceptualFeatures {
  const each = (network: string, maps: readonly Tensor[]): Tensor[] =>
    maps.map((t, i) => context.once(`${name}/${network}${i}`, t))
  return { vgg: each('vgg', features.vgg), vggFace: each('vggface', features.vggFace) }
}
