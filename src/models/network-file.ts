/** A network straight from a weight file of any layout, without a pack; and which files such a file consists of. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openCheckpoint } from '../checkpoint/open.ts'
import { type WeightSource, Weights } from '../graph/weights.ts'
import type { Role } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import { findNetworks } from './recognise/find.ts'

/** A network whose weight file is open until it is closed. */
export interface NetworkFile<R extends Role = Role> {
  readonly role: R
  readonly title: string
  readonly source: WeightSource
  readonly weights: Weights
  /** Things a user should know. */
  readonly notes: readonly string[]
  close(): void
}

/**
 * Opens the network of one of some roles that a file holds.
 * @param what is wanted, for the error: "a network that enlarges"
 * @throws CheckpointError or ModelError that names the file
 */
export function openNetworkFile<const R extends Role>(path: string, roles: readonly R[], what: string): NetworkFile<R> {
  const file = openCheckpoint(path)
  try {
    const networks = findNetworks(file, roles[0])
    const found = networks.find(({ role }) => roles.some((wanted) => wanted === role))
    if (!found)
      throw new ModelError(`${path}: expected ${what}, found ${networks.map(({ title }) => title).join(', ')}`)
    file.verify()
    const { tensors, title, notes } = found
    const source: WeightSource = {
      keys: () => [...tensors.keys()],
      has: (key) => tensors.has(key),
      shape: (key) => tensors.get(key)!.shape,
      read: (key) => tensors.get(key)!.read(),
    }
    return {
      ...{ role: found.role as R, title, source, notes },
      weights: new Weights(source, found.role as string),
      close: () => file.close(),
    }
  } catch (error) {
    file.close()
    throw error
  }
}

/** Files beside a weight file that hold its numbers: an ncnn model's .bin, the shards of a TensorFlow.js model, the variables of a manifest. */
export function filesBeside(path: string): string[] {
  if (/\.param$/u.test(path)) return [path.replace(/\.param$/u, '.bin')].filter((beside) => existsSync(beside))
  if (!/\.json$/u.test(path) || !existsSync(path)) return []
  const names = namesIn(readFileSync(path, 'utf8'))
  return [...new Set(names)].map((name) => join(dirname(path), name)).filter((beside) => existsSync(beside))
}

/** What a JSON file says of other files; nothing where it is damaged, which its reader will tell. */
function namesIn(text: string): string[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return []
  }
  const isName = (name: unknown): name is string => typeof name === 'string' && /^[^/\\]+$/u.test(name) && name !== '..'
  const { weightsManifest } = (document ?? {}) as {
    weightsManifest?: readonly { readonly paths?: readonly unknown[] }[]
  }
  if (Array.isArray(weightsManifest)) return weightsManifest.flatMap(({ paths }) => [...(paths ?? [])]).filter(isName)
  const entries = Object.values((document ?? {}) as Record<string, { readonly filename?: unknown } | null>)
  return entries.map((entry) => entry?.filename).filter(isName)
}
