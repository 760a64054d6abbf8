/** Takes imported networks out of the cache again. Files that ship with the program are never touched. */
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isRole, type Role } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import { type Installed, readInstalled, writeInstalled } from './installed.ts'
import { packNames } from './load.ts'
import { cachedPackFolder } from './places.ts'

export interface RemoveResult {
  readonly pack: string
  readonly removed: readonly Role[]
  readonly bytes: number
  /** Files in the pack's folder that are not ours and stay. */
  readonly left: readonly string[]
}

/** Removes one network of a pack, or all that was imported into it. */
export function removeModels(pack: string, role?: Role): RemoveResult {
  const folder = cachedPackFolder(pack)
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(pack) || !existsSync(folder))
    throw new ModelError(`nothing was imported into a pack named "${pack}"; known packs: ${packNames().join(', ')}`)
  const installed = readInstalled(folder)
  const wanted = role === undefined ? Object.keys(installed).filter(isRole) : [role]
  if (role !== undefined && installed[role] === undefined) throw new ModelError(`pack ${pack} has no imported ${role}`)
  let bytes = 0
  const rest: Installed = { ...installed }
  for (const name of wanted) {
    const path = join(folder, installed[name]?.file ?? '')
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
    rmSync(path, { force: true })
    delete rest[name]
  }
  if (role !== undefined) writeInstalled(folder, rest)
  else for (const file of ['installed.json', 'pack.json']) rmSync(join(folder, file), { force: true })
  const left = role === undefined ? readdirSync(folder) : []
  if (role === undefined && left.length === 0) rmdirSync(folder)
  return { pack, removed: wanted, bytes, left }
}
