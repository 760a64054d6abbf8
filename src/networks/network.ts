/**
 * What a network is to the rest of the program. One file in its room makes it: the roles it plays, what must be told of
 * it because its weights do not say it, how its files are recognised, the function that builds it on the graph, and a
 * first try of it. One line in networks.ts adds it; import, packs, verify, doctor and docs/models.md follow from that.
 */
import type { z } from 'zod'
import type { TensorSource, Value } from '../checkpoint/value.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import type { Found, RoleChoice } from './found.ts'

/** A place in a weight file where a network may lie. */
export interface Place {
  /** "root", "state_dict", "state_dict.decoder". */
  readonly at: string
  /** The tensors there by name, without what training scripts put in front of the names. */
  readonly tensors: ReadonlyMap<string, TensorSource>
  /** The file whole, where it is more than named tensors; undefined for those and below another network. */
  readonly root: Value | undefined
  /** The networks of any kind whose names begin with `prefix` here, such as the decoder in an encoder's file. */
  inside(prefix: string): readonly Found[]
}

/** A kind of network: one file in its room, one line in networks.ts. The function that builds it has a type of its own. */
export interface NetworkKind<Role extends string = string, Layout extends z.ZodObject = z.ZodObject> {
  /** The parts it plays in a pack, and what each is called. */
  readonly roles: Readonly<Record<Role, string>>
  /** What `layout` may say of it in a pack.json, each key with a default or optional: the weights do not say it. */
  readonly layout: Layout
  /** The files in which people have it, for docs/models.md. */
  readonly files: string
  /** Where it plays several roles and its files do not say which. */
  readonly choice?: RoleChoice
  /** Speaks the latents of one generator: in a pack with another generator it is not the official network. */
  readonly ofGenerator?: boolean
  /** Tensors that it has and no part of another network: what stands before such a name was put there by a training script. */
  readonly landmarks: readonly string[]
  /**
   * Reads it into the names and the order of ours, with what comes along with it; empty where the place holds something else.
   * @throws NetworkError where it looks like this network and lacks or contradicts something
   */
  recognise(place: Place): readonly Found[]
  /** Its output on a fixed input: the proof that weights work here. */
  probe(weights: Weights, layout: z.output<Layout>): Tensor
}

export function networkKind<const Role extends string, Layout extends z.ZodObject>(
  kind: NetworkKind<Role, Layout>,
): NetworkKind<Role, Layout> {
  return kind
}
