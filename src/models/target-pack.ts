/** Which pack an import goes into: the one named, "ffhq" when none is, or a new one made to the generator's measure. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sync as writeFileAtomic } from 'write-file-atomic'
import { ModelError } from './errors.ts'
import { findPackFolder, packNames, readPackFile } from './load.ts'
import { type Pack, packSchema } from './pack.ts'
import { bundledFolder, cachedPackFolder } from './places.ts'
import type { Found } from './recognise/found.ts'

const defaultPack = 'ffhq'

export function choosePack(wanted: string | undefined, found: readonly Found[]): { name: string; pack: Pack } {
  const name = wanted ?? defaultPack
  if (name === 'compact')
    throw new ModelError('the compact pack ships with the program and is not imported into; choose --pack NAME')
  const pack = packNames().includes(name) ? readPackFile(join(findPackFolder(name), 'pack.json')) : newPack(name, found)
  for (const { title, size, styleDim, nLatent } of found) {
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

/** A pack of the user's own: the ffhq pack's networks and files, the generator's size, nothing claimed about licences. */
function newPack(name: string, found: readonly Found[]): Pack {
  const generator = found.find(({ role }) => role === 'stylegan2')
  if (generator?.size === undefined || generator.styleDim === undefined || generator.nLatent === undefined)
    throw new ModelError(
      `no pack named "${name}" (known: ${packNames().join(', ')}); a new one starts with a generator among the files`,
    )
  const base = readPackFile(join(bundledFolder(), defaultPack, 'pack.json'))
  const own = ['stylegan2', 'e4e', 'w_stats'] as const
  const networks = { ...base.networks }
  for (const role of own) {
    const network = networks[role]
    if (network !== undefined)
      networks[role] = { ...network, licence: 'not known: ask whoever trained it', source: 'imported by the user' }
  }
  const pack: Pack = {
    format: 1,
    name,
    title: `${generator.title} and its companions`,
    size: generator.size,
    styleDim: generator.styleDim,
    nLatent: generator.nLatent,
    networks,
    settings: {},
  }
  const parsed = packSchema.safeParse(pack)
  if (!parsed.success)
    throw new ModelError(`"${name}" is no pack name: use ${parsed.error.issues[0]?.message ?? 'another'}`)
  return parsed.data
}

/** A pack that does not ship needs its description beside its files; a shipped one keeps being read from where it is. */
export function createPackFolder(name: string, pack: Pack): void {
  const folder = cachedPackFolder(name)
  mkdirSync(folder, { recursive: true })
  if (existsSync(join(folder, 'pack.json')) || existsSync(join(bundledFolder(), name, 'pack.json'))) return
  writeFileAtomic(join(folder, 'pack.json'), `${JSON.stringify(pack, null, 2)}\n`)
}
