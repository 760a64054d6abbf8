// What a term of the objective is, and what it can see. A term is one file in terms/: it builds its raw loss from the
// tensors of the current step, says which tensors need computing only once, and which random numbers it wants.

import type { Side } from '../degrade/stage.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import type { Random } from './random.ts'

export interface ObjectiveNetworks {
  generator: Weights
  vgg16: Weights
  vgg19: Weights
  vggface: Weights
}

export interface SiblingTensors {
  /** [1, 3, size, size] in ±1 */
  image: Tensor
  /** The generator's colour outputs, coarsest first. */
  rgbs: readonly Tensor[]
}

export interface TermContext {
  networks: ObjectiveNetworks
  /** Side of the generator's picture. */
  size: number
  /** The current result [1, 3, size, size] in ±1, undegraded. */
  image: Tensor
  /** Its colour outputs, coarsest first. */
  rgbs: readonly Tensor[]
  /** All latents [1, n, styleDim] and all noise maps of the current step. */
  latent: Tensor
  noise: readonly Tensor[]
  /** The result through the degradation, at the given size or the target's own. */
  degraded(side?: Side): Tensor
  /** The old photograph [1, 3, h, w] in ±1, only for `once`. */
  target: Tensor
  /** The target brought to another size as the degradation does it, only for `once`. */
  targetAt(side: Side): Tensor
  /** A sibling, only for `once`: the run's first, or the one drawn afresh at the start of the stage. */
  sibling(which: 'first' | 'fresh'): SiblingTensors
  /** `value` depends only on target and siblings: it is computed at the start of each stage and read at every step. */
  once(name: string, value: Tensor): Tensor
  /** `count` integers that are drawn for every step. */
  draw(name: string, count: number, sample: (random: Random) => number[]): Tensor
}

export interface Term {
  /** Its key in the config, in losses.csv and in the report. */
  name: string
  weight: number
  /** The raw loss, a single number. */
  build(context: TermContext): Tensor
}
