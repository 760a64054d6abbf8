/**
 * Takes weight files as people have them into a pack: recognised by content, checked, rewritten as safetensors in the
 * user's cache. Nothing is written before every file given has been recognised and found to fit the pack.
 */
import { basename } from 'node:path'
import { openCheckpoint } from '../checkpoint/open.ts'
import { ModelError } from './errors.ts'
import { hashFile } from './hash.ts'
import { readInstalled, writeInstalled } from './installed.ts'
import { loadPack } from './load.ts'
import type { Pack } from './pack.ts'
import { cachedPackFolder } from './places.ts'
import { sensitivityFromName } from './recognise/color-encoder.ts'
import { findNetworks } from './recognise/find.ts'
import type { Found } from './recognise/found.ts'
import type { Role } from './roles.ts'
import { choosePack, createPackFolder } from './target-pack.ts'
import { type SourceFile, writeNetwork } from './write-network.ts'

export type Sensitivity = 'b' | 'gb' | 'g'

export interface ImportOptions {
  /** Default: "ffhq". A new name makes a new pack, whose size is that of the generator among the files. */
  readonly pack?: string
  /** Emulsion of the colour encoders given, where their names do not say it. */
  readonly as?: Sensitivity
  /** Asked when neither name nor `as` says for which emulsion a colour encoder is. */
  readonly ask?: (file: string) => Sensitivity | undefined
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
  /** What a full pack still needs. */
  readonly missing: readonly Role[]
}

interface Plan {
  readonly path: string
  readonly container: string
  readonly networks: { role: Role; found: Found }[]
  readonly close: () => void
}

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
      plans.flatMap(({ networks }) => networks.map(({ found }) => found)),
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
    const networks = findNetworks(file).map((found) => ({ role: roleOf(found, path, options), found }))
    // A wrong checksum means damaged numbers: refused before anything is written.
    file.verify()
    return { path, container: file.container, networks, close: () => file.close() }
  } catch (error) {
    file.close()
    throw error
  }
}

function roleOf(found: Found, path: string, options: ImportOptions): Role {
  if (found.role !== 'color_encoder') return found.role
  const sensitivity = options.as ?? sensitivityFromName(basename(path)) ?? options.ask?.(path)
  if (sensitivity !== undefined) return `color_encoder_${sensitivity}`
  throw new ModelError(
    `${path}: a colour encoder, and neither its content nor its name says for which emulsion; add --as b, gb or g`,
  )
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
