// LPIPS v0.1 (Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", equation 1) on VGG16, with
// the weights of its channels that its authors fitted to people's judgements.

import { imagenetNormalized, toUnit } from '../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../features/vgg.ts'
import { conv2d } from '../graph/conv.ts'
import { add, div, sqrt, square, sub } from '../graph/elementwise.ts'
import { mean, sum } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'

/** Behind the last ReLU of every block. */
export const lpipsLayers = [
  'relu1_2',
  'relu2_2',
  'relu3_3',
  'relu4_3',
  'relu5_3',
] as const satisfies readonly VggLayer[]

/**
 * Features of a picture, at every position of length 1.
 * @param vgg16 the official network (torchvision)
 * @param image [N, 3, H, W] in ±1, sides of at least 16
 * @returns one tensor [N, C, h, w] a layer
 */
export function lpipsFeatures(vgg16: Weights, image: Tensor): Tensor[] {
  return vggFeatures('vgg16', vgg16, imagenetNormalized(toUnit(image)), lpipsLayers).map((features) =>
    // The small number inside the root, too: where all channels are 0 a root has no slope.
    div(features, add(sqrt(add(sum(square(features), [1], true), 1e-20)), 1e-10)),
  )
}

/**
 * Σ over layers of the mean over positions of Σ over channels of w·(x − y)²; 0 for equal pictures.
 * @param lpips `lin{0…4}.model.1.weight` [1, C, 1, 1], none below 0
 * @returns the distance, and what each layer has of it
 */
export function lpipsDistance(
  lpips: Weights,
  a: readonly Tensor[],
  b: readonly Tensor[],
): { readonly distance: Tensor; readonly layers: readonly Tensor[] } {
  return scope('lpips', () => {
    const layers = a.map((x, i) => mean(conv2d(square(sub(x, b[i]!)), lpips.get(`lin${i}.model.1.weight`))))
    return { distance: layers.reduce(add), layers }
  })
}
