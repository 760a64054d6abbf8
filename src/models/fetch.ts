/**
 * Brings what a pack still needs: downloads the original files that provide it and imports them, one at a time, so that
 * the disk holds one original at most. A file that is not to be had does not stop the others.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { kindOf, type Role } from '../networks/roles.ts'
import { type DownloadOptions, download } from './download.ts'
import { ModelError } from './errors.ts'
import { type ImportedFile, importModels } from './import.ts'
import { loadPack } from './load.ts'
import type { Download } from './pack.ts'
import { downloadsFolder } from './places.ts'

export interface FetchOptions extends DownloadOptions {
  /** Keep the original files after importing them. */
  readonly keep?: boolean
  readonly onStep?: (step: string) => void
}

export interface FetchedFile {
  readonly name: string
  /** Undefined when it could not be had; see problem. */
  readonly url?: string
  readonly bytes?: number
  readonly resumed?: number
  readonly imported?: ImportedFile
  /** Why not, or what went wrong with other mirrors before. */
  readonly problems: readonly string[]
}

export interface FetchResult {
  readonly pack: string
  readonly files: readonly FetchedFile[]
  readonly missing: readonly Role[]
}

/**
 * Downloads the networks of a pack that may be downloaded, checks their hashes, and imports them.
 * @throws ModelError
 */
export async function fetchPack(name: string, options: FetchOptions = {}): Promise<FetchResult> {
  const { pack, missing } = loadPack(name)
  const downloads = pack.downloads ?? []
  if (downloads.length === 0 && missing.length > 0)
    throw new ModelError(
      `pack ${pack.name} names nothing to download; import its files: rephoto models import <file…> --pack ${pack.name}`,
    )
  const files: FetchedFile[] = []
  for (const file of downloads) {
    const needed = loadPack(name).missing.filter((role) => file.provides.includes(role))
    if (needed.length === 0) continue
    options.onStep?.(`${file.name}, for ${needed.join(', ')}`)
    files.push(await fetchOne(file, pack.name, options))
  }
  return { pack: pack.name, files, missing: loadPack(name).missing }
}

async function fetchOne(file: Download, pack: string, options: FetchOptions): Promise<FetchedFile> {
  const target = join(downloadsFolder(), pack, file.name)
  try {
    const { url, bytes, resumed, problems } = await download(file, target, options)
    // Where the numbers of a network cannot tell its role, the pack does.
    const as = file.provides.find((role) => kindOf(role).choice !== undefined) ?? file.provides[0]!
    const { files } = importModels([target], { pack, as })
    if (options.keep !== true) rmSync(target, { force: true })
    const [imported] = files
    return { name: file.name, url, bytes, resumed, problems, ...(imported === undefined ? {} : { imported }) }
  } catch (error) {
    if (options.signal?.aborted === true || !(error instanceof Error)) throw error
    return { name: file.name, problems: [error.message] }
  }
}
