/**
 * Takes weight files as people have them into a pack: recognised by content, checked, rewritten as safetensors in the
 * user's cache. Nothing is written before every file given has been recognised and found to fit the pack.
 */
import { basename, dirname, resolve } from 'node:path'
import { openCheckpoint } from '../checkpoint/open.ts'
import type { Found } from '../networks/found.ts'
import type { Role } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import { hashFile } from './hash.ts'
import { readInstalled, writeInstalled } from './installed.ts'
import { loadPack } from './load.ts'
import type { Pack } from './pack.ts'
import { cachedPackFolder } from './places.ts'
import { findNetworks, orList } from './recognise/find.ts'
import { choosePack, createPackFolder, type Planned } from './target-pack.ts'
import { type SourceFile, writeNetwork } from './write-network.ts'

export interface ImportOptions {
  /** Default: "ffhq". A new name makes a new pack of the networks in the files. */
  readonly pack?: string
  /** Role of the networks that could have several, or a word for it: "gb" for a colour encoder whose name does not say it. */
  readonly as?: string
  /** Asked when neither name nor `as` says which role a network has. */
  readonly ask?: (file: string) => string | undefined
  readonly onProgress?: (step: string) => void
}

export interface ImportedNetwork {
  readonly role: Role
  readonly title: string
  readonly tensors: number
  readonly bytes: number
  /** "kept": the pack already has this network from a file of its own. */
  readonly action: 'written' | 'kept'
  readonly notes: readonly string[]
}

export interface ImportedFile {
  readonly path: string
  readonly container: string
  readonly sha256: string
  readonly bytes: number
  readonly trust: 'published' | 'recorded'
  readonly networks: readonly ImportedNetwork[]
}

export interface ImportResult {
  readonly pack: string
  readonly folder: string
  readonly files: readonly ImportedFile[]
  /** What the pack describes and still lacks. */
  readonly missing: readonly Role[]
}

interface Plan {
  readonly path: string
  readonly container: string
  readonly networks: readonly Planned[]
  readonly close: () => void
}

/**
 * Imports weight files as people have them into a pack: recognises the networks in them by their tensors, runs nothing inside them.
 * @throws ModelError
 */
export function importModels(paths: readonly string[], options: ImportOptions = {}): ImportResult {
  if (paths.length === 0) throw new ModelError('no file to import; give one or more weight files')
  const plans: Plan[] = []
  try {
    for (const path of paths) {
      options.onProgress?.(`reading ${basename(path)}`)
      plans.push(planFile(path, options))
    }
    const { name, pack } = choosePack(
      options.pack,
      plans.flatMap(({ networks }) => networks),
    )
    createPackFolder(name, pack)
    const files = plans.map((plan) => importFile(plan, name, pack, options))
    const loaded = loadPack(name)
    return { pack: name, folder: cachedPackFolder(name), files, missing: loaded.missing }
  } finally {
    for (const plan of plans) plan.close()
  }
}

function planFile(path: string, options: ImportOptions): Plan {
  const file = openCheckpoint(path)
  try {
    const networks = findNetworks(file, options.as).map((found) => ({ role: roleOf(found, path, options), found }))
    // A wrong checksum means damaged numbers: refused before anything is written.
    file.verify()
    return { path, container: file.container, networks, close: () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

function roleOf({ role }: Found, path: string, { as, ask }: ImportOptions): Role {
  if (typeof role === 'string') return role as Role
  const { question, words, fromName } = role
  const meant = (word: string | undefined) =>
    word === undefined ? undefined : (words[word] ?? Object.values(words).find((name) => name === word))
  const folder = basename(dirname(resolve(path)))
  const said = meant(as) ?? meant(fromName(basename(path))) ?? meant(role.fromFolder?.(folder)) ?? meant(ask?.(path))
  if (said !== undefined) return said as Role
  throw new ModelError(`${path}: ${question}; add --as ${orList(Object.keys(words))}`)
}

function importFile(plan: Plan, packName: string, pack: Pack, options: ImportOptions): ImportedFile {
  options.onProgress?.(`hashing ${basename(plan.path)}`)
  const { sha256, bytes } = hashFile(plan.path)
  const published = (pack.downloads ?? []).some((download) => download.sha256 === sha256)
  const source: SourceFile = {
    path: plan.path,
    name: basename(plan.path),
    sha256,
    bytes,
    trust: published ? 'published' : 'recorded',
  }
  const folder = cachedPackFolder(packName)
  const networks = plan.networks.map(({ role, found }): ImportedNetwork => {
    const { title, notes, tensors } = found
    const known = readInstalled(folder)
    const existing = known[role]
    if (found.byproduct === true && existing !== undefined && existing.source.sha256 !== sha256) {
      const note = `kept the one from ${existing.source.name}`
      return { role, title, tensors: tensors.size, bytes: existing.bytes, action: 'kept', notes: [...notes, note] }
    }
    options.onProgress?.(`writing ${role}`)
    const licence = pack.networks[role]?.licence ?? 'not known'
    const written = writeNetwork(folder, role, found, source, licence)
    writeInstalled(folder, { ...known, [role]: written })
    return { role, title, tensors: tensors.size, bytes: written.bytes, action: 'written', notes }
  })
  return { path: plan.path, container: plan.container, sha256, bytes, trust: source.trust, networks }
}
