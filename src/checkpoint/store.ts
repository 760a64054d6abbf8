/**
 * What a network needs from a weight file: names, shapes, numbers. Every reader of this folder (safetensors, PyTorch
 * zip and legacy, NVIDIA pickles) gives this same view, so no network knows where its weights came from.
 */
import { distance } from 'fastest-levenshtein'
import { CheckpointError, quote } from './errors.ts'

/** Named tensors, read on demand as row-major float32 (converted from whatever the file holds). */
export interface WeightStore {
  keys(): readonly string[]
  has(key: string): boolean
  /** Throws CheckpointError naming the key, the source and the nearest existing keys when missing. */
  shape(key: string): readonly number[]
  read(key: string): Float32Array
}

export function memoryStore(
  tensors: Record<string, { shape: readonly number[]; data: Float32Array }>,
  source = 'memory',
): WeightStore {
  const entries = new Map(Object.entries(tensors))
  const keys = [...entries.keys()]
  for (const [key, { shape, data }] of entries) {
    const count = shape.reduce((a, b) => a * b, 1)
    if (count !== data.length)
      throw new CheckpointError(source, `${quote(key)} has shape [${shape.join(', ')}] but ${data.length} numbers`)
  }
  const find = (key: string) => entries.get(key) ?? missingKey(source, key, keys)
  return {
    keys: () => keys,
    has: (key) => entries.has(key),
    shape: (key) => find(key).shape,
    read: (key) => find(key).data,
  }
}

/** Only the keys that start with prefix, without it. */
export function scoped(store: WeightStore, prefix: string): WeightStore {
  const keys = store
    .keys()
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
  return {
    keys: () => keys,
    has: (key) => store.has(prefix + key),
    shape: (key) => store.shape(prefix + key),
    read: (key) => store.read(prefix + key),
  }
}

/** The error of a missing key, with the existing keys that look most like it. */
export function missingKey(source: string, key: string, keys: readonly string[]): never {
  // Edit distance over thousands of long names would take seconds; the nearest few are only a courtesy.
  const nearest = keys
    .slice(0, 5000)
    .map((name) => ({ name, far: distance(name.slice(0, 200), key.slice(0, 200)) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => quote(name))
  const hint = keys.length === 0 ? 'it holds no tensors' : `nearest of its ${keys.length}: ${nearest.join(', ')}`
  throw new CheckpointError(source, `no tensor named ${quote(key)}`, undefined, hint)
}
