// The perceptual distance: mean absolute differences of feature maps (Johnson et al. 2016), of ImageNet's VGG16 and of
// VGG-Face. Features of what does not change are computed once, so features and distance are two functions.

import { imagenetNormalized, toUnit, vggFaceNormalized } from '../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../features/vgg.ts'
import { abs, add, mul, sub } from '../graph/elementwise.ts'
import { mean } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'

export interface PerceptualConfig {
  vggLayers: readonly string[]
  vggFaceLayers: readonly string[]
  /** Factors of the two networks' sums; 0 leaves one out. */
  vgg: number
  vggFace: number
  vggFaceRange: 'unit' | 'byte'
}

export interface PerceptualFeatures {
  vgg: Tensor[]
  vggFace: Tensor[]
}

/** @param image [N, 3, H, W] in ±1 */
export function perceptualFeatures(
  network: (role: 'vgg16' | 'vggface') => Weights,
  image: Tensor,
  config: PerceptualConfig,
): PerceptualFeatures {
  const unit = toUnit(image)
  return {
    vgg:
      config.vgg > 0
        ? vggFeatures('vgg16', network('vgg16'), imagenetNormalized(unit), config.vggLayers as VggLayer[])
        : [],
    vggFace:
      config.vggFace > 0
        ? vggFeatures(
            'vggface',
            network('vggface'),
            vggFaceNormalized(unit, config.vggFaceRange),
            config.vggFaceLayers as VggLayer[],
          )
        : [],
  }
}

/** vgg·Σ mean|Δ| + vggFace·Σ mean|Δ|. */
export function perceptualDistance(a: PerceptualFeatures, b: PerceptualFeatures, config: PerceptualConfig): Tensor {
  return scope('perceptual', () => {
    const network = (x: readonly Tensor[], y: readonly Tensor[]): Tensor =>
      x.map((f, i) => mean(abs(sub(f, y[i]!)))).reduce(add)
    const parts: Tensor[] = []
    if (a.vgg.length > 0) parts.push(mul(network(a.vgg, b.vgg), config.vgg))
    if (a.vggFace.length > 0) parts.push(mul(network(a.vggFace, b.vggFace), config.vggFace))
    return parts.reduce(add)
  })
}
