/** The parts that networks play in packs: what follows from the list in networks.ts. */
import type { z } from 'zod'
import type { NetworkKind } from './network.ts'
import * as list from './networks.ts'

type List = typeof list

/** A part that a network plays. A pack is a set of files, one for each of its roles. */
export type Role = { [Name in keyof List]: keyof List[Name]['roles'] & string }[keyof List]

/** What a pack may say of the network in a role, complete. */
export type LayoutOf<R extends Role> = {
  [Name in keyof List]: R extends keyof List[Name]['roles'] ? z.output<List[Name]['layout']> : never
}[keyof List]

/** All kinds of networks, by name: loaders differ in the order in which they give the exports of a module. */
export const kinds: readonly NetworkKind[] = Object.entries(list)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, kind]) => kind)

export const roles = kinds.flatMap((kind) => Object.keys(kind.roles)) as readonly Role[]

export const roleTitles = Object.assign({}, ...kinds.map((kind) => kind.roles)) as Readonly<Record<Role, string>>

const kindByRole = new Map(kinds.flatMap((kind) => Object.keys(kind.roles).map((role) => [role, kind] as const)))

export function isRole(name: string): name is Role {
  return kindByRole.has(name)
}

export function kindOf(role: Role): NetworkKind {
  return kindByRole.get(role)!
}

/** Words that say a role where files don't (`--as gb`): the short ones, by which the roles themselves can be meant too. */
export const roleWords: readonly string[] = kinds.flatMap(({ choice }) => Object.keys(choice?.words ?? {}))
