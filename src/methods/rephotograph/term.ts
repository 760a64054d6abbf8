// What a term of the objective is, and what it can see. One file in terms/ makes a term: its schema (what a config may
// say), its defaults, the networks it looks through, and what builds its raw loss from the tensors of the current step,
// says which tensors need computing only once, and which random numbers it wants.

import type { z } from 'zod'
import type { Side } from '../../degrade/stage.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { Weights } from '../../graph/weights.ts'
import type { Role } from '../../networks/roles.ts'
import type { Random } from '../../numbers/random.ts'

/** The weights of a network that an objective looks through, by its role; opened when they are asked for. */
export type NetworkOf = (role: Role) => Weights

export interface SiblingTensors {
  /** [1, 3, size, size] in ±1 */
  image: Tensor
  /** The generator's colour outputs, coarsest first. */
  rgbs: readonly Tensor[]
}

export interface TermContext {
  network: NetworkOf
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
  /** `count` integers that are drawn for every step, the same for every use of a name. */
  draw(name: string, count: number, sample: (random: Random) => number[]): Tensor
}

/** Networks a term may look through: roles of the pack, and face-api's own, which come with their npm package. */
export type TermNetwork = Role | 'faceRecognitionNet' | 'ageGenderNet'

/** A kind of term: one file in terms/, one line in terms/terms.ts. */
export interface TermKind<Schema extends z.ZodObject> {
  /** Its keys in a config, `weight` among them, with a description of each and of the whole. */
  schema: Schema
  /** Its config for a generator of `size` px: the reference's, or weight 0 where the reference has no such term. */
  defaults: (size: number) => z.infer<Schema>
  /** Networks that it looks through: needed to build it, and no longer fit to judge what it does. */
  networks: (config: z.infer<Schema>) => readonly TermNetwork[]
  /** A value that does not fit a generator of `size` px: its key, and what was expected. Asked only of terms in use. */
  misfit?: (config: z.infer<Schema>, size: number) => readonly [key: string, expected: string] | undefined
  /** The raw loss, a single number. */
  build: (config: z.infer<Schema>, context: TermContext) => Tensor
}

export function termKind<Schema extends z.ZodObject>(kind: TermKind<Schema>): TermKind<Schema> {
  return kind
}
