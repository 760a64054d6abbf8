/**
 * Finds a pack by name or path and gives its weights. A name is looked for in the user's cache, then among the packs
 * that ship with the program; a network's file is the imported one where there is one, else the shipped one.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { distance } from 'fastest-levenshtein'
import { openSafetensors, type SafetensorsFile } from '../checkpoint/safetensors.ts'
import type { WeightStore } from '../checkpoint/store.ts'
import { isRole, kindOf, type LayoutOf, type Role, roleTitles } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import { type Installed, readInstalled, readModelJson } from './installed.ts'
import { type Pack, packSchema } from './pack.ts'
import { bundledFolder, cachedPackFolder, cacheFolder } from './places.ts'

export interface LoadedPack {
  readonly pack: Pack
  /** Folder of its pack.json. */
  readonly folder: string
  /** What was imported on this machine. */
  readonly installed: Installed
  /** Networks the pack should have and has no file for, optional ones left out. */
  readonly missing: readonly Role[]
  /** Networks it describes, then others that were imported into it. */
  readonly roles: readonly Role[]
  /** Side of its generator's image; throws ModelError where it has no generator. */
  readonly generatorSize: number
  has(role: Role): boolean
  /** File of a network; throws ModelError saying how to get it when there is none. */
  path(role: Role): string
  /** Weights of a network, opened on first use. */
  store(role: Role): WeightStore
  /** What it says of a network besides the weights, the rest as with the official one. */
  layout<R extends Role>(role: R): LayoutOf<R>
  close(): void
}

/**
 * Opens a pack by its name or the path of its folder; weights are read when they are asked for.
 * @throws ModelError where there is none
 */
export function loadPack(nameOrPath: string): LoadedPack {
  const folder = findPackFolder(nameOrPath)
  const pack = readPackFile(join(folder, 'pack.json'))
  // A path may point to a pack of the same name elsewhere: its own folder then holds everything.
  const isPath = looksLikePath(nameOrPath)
  const importFolder = isPath ? folder : cachedPackFolder(pack.name)
  const installed = readInstalled(importFolder)
  const find = (role: Role): string | undefined => {
    const imported = installed[role]
    const candidates = [
      imported === undefined ? undefined : join(importFolder, imported.file),
      pack.networks[role] === undefined ? undefined : join(folder, pack.networks[role].file),
    ]
    return candidates.find((path) => path !== undefined && existsSync(path))
  }
  const open = new Map<Role, SafetensorsFile>()
  const path = (role: Role) => find(role) ?? missingNetwork(pack, role)
  const described = Object.keys(pack.networks).filter(isRole)
  return {
    pack,
    folder,
    installed,
    roles: [...new Set([...described, ...Object.keys(installed).filter(isRole)])],
    missing: described.filter((role) => isNeeded(pack, role) && find(role) === undefined),
    get generatorSize() {
      return pack.size ?? missingNetwork(pack, 'stylegan2')
    },
    has: (role) => find(role) !== undefined,
    path,
    store(role) {
      const known = open.get(role) ?? openSafetensors(path(role))
      open.set(role, known)
      return known
    },
    layout: (role) => layoutOf(role, pack.networks[role]?.layout, join(folder, 'pack.json')),
    close() {
      for (const file of open.values()) file.close()
      open.clear()
    },
  }
}

function isNeeded(pack: Pack, role: Role): boolean {
  const network = pack.networks[role]
  return network !== undefined && network.optional !== true
}

/** Names of all packs: in the cache, and shipped. */
export function packNames(): string[] {
  const list = (folder: string) =>
    existsSync(folder)
      ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'pack.json')) || isImported(folder, name))
      : []
  const isImported = (folder: string, name: string) => existsSync(join(folder, name, 'installed.json'))
  return [...new Set([...list(join(cacheFolder(), 'packs')), ...list(bundledFolder())])].sort()
}

export function readPackFile(path: string): Pack {
  const document = readModelJson(path)
  if (document === undefined)
    throw new ModelError(`${path}: no pack file there; a pack is a folder with a pack.json in it`)
  const parsed = packSchema.safeParse(document)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ModelError(`${path}: ${issue?.path.join('.') || 'the pack'}: ${issue?.message ?? 'is not a pack'}`)
  }
  const pack = parsed.data
  checkMeasures(pack, path)
  for (const role of Object.keys(pack.networks).filter(isRole)) layoutOf(role, pack.networks[role]?.layout, path)
  return pack
}

function checkMeasures({ size, styleDim, nLatent, networks }: Pack, path: string): void {
  const lacking = Object.entries({ size, styleDim, nLatent }).find(([, value]) => value === undefined)
  if (networks.stylegan2 !== undefined && lacking)
    throw new ModelError(`${path}: ${lacking[0]} is missing; a pack with a generator says size, styleDim and nLatent`)
  if (size === undefined || nLatent === undefined) return
  const rows = 2 * Math.log2(size) - 2
  if (!Number.isInteger(rows) || nLatent !== rows)
    throw new ModelError(`${path}: nLatent ${nLatent} does not go with size ${size} (2·log2(size) − 2)`)
}

function layoutOf<R extends Role>(role: R, said: unknown, path: string): LayoutOf<R> {
  const parsed = kindOf(role).layout.safeParse(said ?? {})
  if (parsed.success) return parsed.data as LayoutOf<R>
  const [issue] = parsed.error.issues
  const where = ['networks', role, 'layout', ...(issue?.path ?? [])].join('.')
  throw new ModelError(`${path}: ${where}: ${issue?.message ?? 'is not what the network takes'}`)
}

/** The folder of a pack's pack.json. */
export function findPackFolder(nameOrPath: string): string {
  if (looksLikePath(nameOrPath)) {
    const path = resolve(nameOrPath)
    return basename(path) === 'pack.json' && statSync(path, { throwIfNoEntry: false })?.isFile() ? dirname(path) : path
  }
  const folders = [cachedPackFolder(nameOrPath), join(bundledFolder(), nameOrPath)]
  const found = folders.find((folder) => existsSync(join(folder, 'pack.json')))
  if (found !== undefined) return found
  const names = packNames().sort((a, b) => distance(a, nameOrPath) - distance(b, nameOrPath))
  throw new ModelError(`no pack named "${nameOrPath}"; known: ${names.join(', ') || 'none'}; a path may be given too`)
}

function looksLikePath(nameOrPath: string): boolean {
  return /[/\\]/.test(nameOrPath) || nameOrPath === '.' || nameOrPath.endsWith('.json')
}

function missingNetwork(pack: Pack, role: Role): never {
  const from = (pack.downloads ?? []).filter((download) => download.provides.includes(role)).map(({ name }) => name)
  const hint = from.length > 0 ? ` (from ${from.join(' or ')})` : ''
  throw new ModelError(
    `pack ${pack.name} has no ${role} (${roleTitles[role]}); import it: rephoto models import <file> --pack ${pack.name}${hint}`,
  )
}
