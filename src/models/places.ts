/**
 * Where packs live: the ones that ship with the program in its `models` folder, imported ones in the user's cache
 * ($REPHOTO_CACHE, else $XDG_CACHE_HOME/rephoto or what the system has instead).
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'

export function cacheFolder(): string {
  const given = process.env.REPHOTO_CACHE
  return given === undefined || given === '' ? envPaths('rephoto', { suffix: '' }).cache : resolve(given)
}

/** Folder of an imported pack; it may not exist yet. */
export function cachedPackFolder(name: string): string {
  return join(cacheFolder(), 'packs', name)
}

/** Half-finished downloads: kept, so that the next attempt goes on from there. */
export function downloadsFolder(): string {
  return join(cacheFolder(), 'downloads')
}

/** What ONNX Runtime made of the models of earlier runs (engine/onnxruntime/optimized-models.ts). */
export function optimizedFolder(): string {
  return join(cacheFolder(), 'optimized')
}

/** The `models` folder of the package: beside `src` in the repository, beside `dist` when installed. */
export function bundledFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return join(folder, 'models')
}
