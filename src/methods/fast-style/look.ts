/** How a style and a content are compared: Gram matrices and features of the pack's VGG-19, as `rephoto stylize` has them by default. */
import { imagenetNormalized } from '../../features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../features/vgg.ts'
import { add, mul, square, sub } from '../../graph/elementwise.ts'
import { reshape } from '../../graph/layout.ts'
import { mean } from '../../graph/reduce.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { Weights } from '../../graph/weights.ts'
import { gramPerPosition, gramStyleLoss } from '../../losses/gram-style.ts'

const STYLE: readonly VggLayer[] = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1']
const CONTENT: VggLayer = 'relu4_2'

/** What is seen in a picture. */
export interface Seen {
  readonly grams: readonly Tensor[]
  readonly content: Tensor
}

/** @param picture [1, 3, h, w] in 0..1 */
export function lookedAt(weights: Weights, picture: Tensor): Seen {
  const options = { pooling: 'average', edge: 'replicate' } as const
  const maps = vggFeatures('vgg19', weights, imagenetNormalized(picture), [...STYLE, CONTENT], options)
  return { grams: STYLE.map((_, i) => gramPerPosition(maps[i]!)), content: maps[STYLE.length]! }
}

/** How far the styles of two pictures are apart, layers alike: [1]. */
export function styleDistance(a: Pick<Seen, 'grams'>, b: Pick<Seen, 'grams'>): Tensor {
  const parts = a.grams.map((gram, i) => gramStyleLoss(gram, b.grams[i]!, 'neural-style'))
  return reshape(
    mul(
      parts.reduce((sum, part) => add(sum, part)),
      1 / parts.length,
    ),
    [1],
  )
}

/** How far what they show is apart: [1]. */
export function contentDifference(a: Pick<Seen, 'content'>, b: Pick<Seen, 'content'>): Tensor {
  return reshape(mean(square(sub(a.content, b.content))), [1])
}
