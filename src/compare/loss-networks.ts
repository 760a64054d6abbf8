/** Which networks the losses of a run looked through. */
import type { ResolvedConfig } from '../config/index.ts'
import { neededRoles } from '../pipeline/networks.ts'

/** Roles of the networks that terms with a weight above 0 use. */
export function lossNetworks(config: ResolvedConfig): string[] {
  return neededRoles(config).filter((role) => /^vgg/u.test(role))
}
