/** What packs there are, what each holds, and where it came from. */
import { statSync } from 'node:fs'
import type { Role } from '../networks/roles.ts'
import { loadPack, packNames } from './load.ts'
import { bundledFolder } from './places.ts'

export interface ListedNetwork {
  readonly role: Role
  readonly present: boolean
  readonly optional: boolean
  readonly path?: string
  readonly bytes?: number
  readonly licence: string
  readonly source: string
  /** Imported networks: the file they came from, what it was taken for, and how far its hash is known. */
  readonly imported?: { from: string; sha256: string; recognised: string; trust: 'published' | 'recorded' }
  /** What a user should know about it, such as "never tested on the original file". */
  readonly remarks: readonly string[]
}

export interface ListedPack {
  readonly name: string
  readonly title: string
  /** Side of its generator’s image; absent where it has none. */
  readonly size?: number
  readonly folder: string
  readonly shipped: boolean
  readonly networks: readonly ListedNetwork[]
  readonly missing: readonly Role[]
}

/** What each pack has and lacks. Opens no weights. */
export function listPacks(names: readonly string[] = packNames()): ListedPack[] {
  return names.map(listPack)
}

function listPack(name: string): ListedPack {
  const { pack, folder, installed, roles, missing, has, path } = loadPack(name)
  const networks = roles.map((role): ListedNetwork => {
    const network = pack.networks[role]
    const record = installed[role]
    const present = has(role)
    const remarks: string[] = []
    if (network?.testedOnOriginal === false) remarks.push('never tested on the original file')
    if (record?.trust === 'recorded') remarks.push('hash recorded at first import, published nowhere known')
    return {
      role,
      present,
      optional: network?.optional === true,
      ...(present ? { path: path(role), bytes: statSync(path(role)).size } : {}),
      licence: network?.licence ?? 'not known',
      source: network?.source ?? 'imported by the user',
      ...(record === undefined
        ? {}
        : {
            imported: {
              from: record.source.name,
              sha256: record.source.sha256,
              recognised: record.recognised,
              trust: record.trust,
            },
          }),
      remarks,
    }
  })
  return {
    name: pack.name,
    title: pack.title,
    ...(pack.size === undefined ? {} : { size: pack.size }),
    folder,
    shipped: folder.startsWith(bundledFolder()),
    networks,
    missing,
  }
}
