/** Which pack an import goes into: the one named, "ffhq" when none is, or a new one made of what the files hold. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../checkpoint/atomic.ts'
import { makeFolders } from '../checkpoint/folders.ts'
import type { Found } from '../networks/found.ts'
import { isRole, kindOf, type Role } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import { findPackFolder, packNames, readPackFile } from './load.ts'
import { type Measures, type Network, type Pack, packSchema } from './pack.ts'
import { bundledFolder, cachedPackFolder } from './places.ts'

/** A network of an import, and its role in the pack. */
export interface Planned {
  readonly role: Role
  readonly found: Found
}

const defaultPack = 'ffhq'

/** The pack to import into, with what the files add to its description. @throws ModelError where they don't fit it */
export function choosePack(wanted: string | undefined, planned: readonly Planned[]): { name: string; pack: Pack } {
  const name = wanted ?? defaultPack
  if (name === 'compact')
    throw new ModelError('the compact pack ships with the program and is not imported into; choose --pack NAME')
  const known = packNames().includes(name)
    ? readPackFile(join(findPackFolder(name), 'pack.json'))
    : newPack(name, planned)
  const pack = { ...known, ...measuresOf(known, planned), networks: withNew(known.networks, planned) }
  for (const { title, size, styleDim, nLatent } of planned.map(({ found }) => found)) {
    const clash =
      (size !== undefined && size !== pack.size && `${size} px where the pack has ${pack.size}`) ||
      (nLatent !== undefined &&
        nLatent !== pack.nLatent &&
        `a latent of ${nLatent} rows where the pack has ${pack.nLatent}`) ||
      (styleDim !== undefined && styleDim !== pack.styleDim && `w of ${styleDim} where the pack has ${pack.styleDim}`)
    if (clash)
      throw new ModelError(`${title} does not fit pack ${name}: ${clash}; give it a pack of its own with --pack NAME`)
  }
  return { name, pack }
}

/** A pack's own numbers; those it has not yet, as the generator or else the first network that has them says. */
function measuresOf(pack: Pack, planned: readonly Planned[]): Measures {
  const ordered = [...planned].sort((a, b) => Number(b.role === 'stylegan2') - Number(a.role === 'stylegan2'))
  const measures: { -readonly [Name in keyof Measures]: Measures[Name] } = {}
  for (const name of ['size', 'styleDim', 'nLatent'] as const) {
    const value = pack[name] ?? ordered.find(({ found }) => found[name] !== undefined)?.found[name]
    if (value !== undefined) measures[name] = value
  }
  return measures
}

/** A pack of the user's own. One with a generator is described with all that the ffhq pack has, so that what it lacks is told. */
function newPack(name: string, planned: readonly Planned[]): Pack {
  const generator = planned.find(({ role }) => role === 'stylegan2')
  const titles = planned.map(({ found }) => found.title)
  const pack: Pack = {
    format: 1,
    name,
    title: generator === undefined ? titles.join('; ') : `${generator.found.title} and its companions`,
    ...measuresOf({ format: 1, name, title: name, networks: {} }, planned),
    networks: generator === undefined ? described(planned) : official(),
    settings: {},
  }
  const parsed = packSchema.safeParse(pack)
  if (!parsed.success)
    throw new ModelError(`"${name}" is no pack name: use ${parsed.error.issues[0]?.message ?? 'another'}`)
  return parsed.data
}

function described(planned: readonly Planned[]): Pack['networks'] {
  const known = official()
  const unknown = (role: Role): Network => ({ file: `${role}.safetensors`, ...nobodys })
  return Object.fromEntries(planned.map(({ role }) => [role, known[role] ?? unknown(role)]))
}

/** What is described stays as it is and where it is; what is new follows. */
function withNew(networks: Pack['networks'], planned: readonly Planned[]): Pack['networks'] {
  return { ...networks, ...described(planned), ...networks }
}

const nobodys = { licence: 'not known: ask whoever trained it', source: 'imported by the user' }

/** The networks of the ffhq pack, with nothing claimed about those that another generator cannot share with it. */
function official(): Pack['networks'] {
  const { networks } = readPackFile(join(bundledFolder(), defaultPack, 'pack.json'))
  return Object.fromEntries(
    Object.entries(networks).map(([role, network]) => [
      role,
      isRole(role) && kindOf(role).ofGenerator ? { ...network, ...nobodys } : network,
    ]),
  )
}

/** A pack that does not ship needs its description beside its files; a shipped one keeps being read from where it is. */
export function createPackFolder(name: string, pack: Pack): void {
  const folder = cachedPackFolder(name)
  const path = join(folder, 'pack.json')
  makeFolders(folder)
  if (!existsSync(path) && existsSync(join(bundledFolder(), name, 'pack.json'))) return
  // Written anew only where the import adds to it.
  if (existsSync(path) && JSON.stringify(readPackFile(path)) === JSON.stringify(pack)) return
  writeAtomically(path, (write) => write(Buffer.from(`${JSON.stringify(pack, null, 2)}\n`)))
}
