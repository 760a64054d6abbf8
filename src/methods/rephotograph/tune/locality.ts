// What keeps a tuned generator the generator that it was (Roich et al. 2021, section 3.3, "locality regularization"): beside
// the portrait, at a random place on the way to another face, its picture shall be that of the frozen weights.
import { mapping, synthesize } from '../../../generator/stylegan2.ts'
import { add, mul, square, sub } from '../../../graph/elementwise.ts'
import { reshape } from '../../../graph/layout.ts'
import { mean } from '../../../graph/reduce.ts'
import { sizeOf } from '../../../graph/shape.ts'
import { input, scope, type Tensor } from '../../../graph/tensor.ts'
import { perceptualDistance, perceptualFeatures } from '../../../losses/perceptual.ts'
import type { Draw } from '../../../optimize/problem.ts'
import type { Objective } from '../objective.ts'
import type { NetworkOf } from '../term.ts'
import type { TunableGenerator } from './generator.ts'
import type { LocalityConfig } from './schema.ts'

/** VGG16's layers of the term "face". */
const LAYERS = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3']

/** Mean squared difference and perceptual distance of the two generators' pictures, and the numbers that are drawn for them. */
export function locality(
  objective: Objective,
  generator: TunableGenerator,
  network: NetworkOf,
  { reach }: LocalityConfig,
): { readonly loss: Tensor; readonly draw: Draw } {
  const frozen = network('stylegan2')
  const { styleDim } = objective.shape
  const z = input('locality/z', [1, frozen.shape('style.1.weight')[1]!])
  const draw: Draw = { name: 'locality/z', sample: (random) => random.normal(sizeOf(z.shape)) }
  const loss = scope('locality', () => {
    const other = reshape(mapping(frozen, z), [1, 1, styleDim])
    const near = add(objective.whole, mul(sub(other, objective.whole), reach))
    const [was, is] = [frozen, generator.weights].map((weights) => synthesize(weights, near, objective.noise).image)
    const config = { vgg: 1, vggFace: 0, vggLayers: LAYERS, vggFaceLayers: [], vggFaceRange: 'unit' as const }
    const [a, b] = [is!, was!].map((image) => perceptualFeatures(network, image, config))
    return add(mean(square(sub(is!, was!))), perceptualDistance(a!, b!, config))
  })
  return { loss: reshape(loss, [1]), draw }
}
