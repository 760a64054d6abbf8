// Perceptual distance of two pictures as a metric (Johnson et al. 2016; the form of the face term, VGG16 alone): compiled
// once, used for many pairs.

import { Executable } from '../engine/executable.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Bitmap, toPlanar } from '../images/bitmap.ts'
import { type PerceptualConfig, perceptualDistance, perceptualFeatures } from '../losses/perceptual.ts'

const config: PerceptualConfig = {
  vgg: 1,
  vggFace: 0,
  vggLayers: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'],
  vggFaceLayers: [],
  vggFaceRange: 'unit',
}

/** The distance of two colour pictures of `size` × `size` pixels: Σ over four layers of mean |Δ|; 0 for equal ones. */
export async function perceptualMetric(
  vgg16: Weights,
  size: number,
): Promise<(a: Bitmap, b: Bitmap) => Promise<number>> {
  const [x, y] = [input('a', [1, 3, size, size]), input('b', [1, 3, size, size])]
  const features = [x, y].map((image) => perceptualFeatures(() => vgg16, image, config))
  const distance = perceptualDistance(features[0]!, features[1]!, config)
  const executable = await Executable.compile({ outputs: { distance } })
  return async (a, b) => (await executable.run({ a: toPlanar(a, 'pm1'), b: toPlanar(b, 'pm1') })).distance![0]!
}
