/** The networks of a pack as graphs take them. */
import { Weights } from '../graph/weights.ts'
import type { Role } from '../networks/roles.ts'
import type { LoadedPack } from './load.ts'

/** Weights of a network of a pack. */
export function weightsOf(pack: LoadedPack, role: Role): Weights {
  return new Weights(pack.store(role), role)
}
