/** Where a pack or one of its networks is, for scripts. */

import type { Role } from '../networks/roles.ts'
import { loadPack } from './load.ts'
import { cachedPackFolder } from './places.ts'

/** The file of a network; without a role, the folder that holds the pack's networks. */
export function packPath(name: string, role?: Role): string {
  const { pack, folder, installed, path } = loadPack(name)
  if (role !== undefined) return path(role)
  return Object.keys(installed).length > 0 ? cachedPackFolder(pack.name) : folder
}
