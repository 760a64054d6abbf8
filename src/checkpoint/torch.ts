/**
 * PyTorch files of either format, and NVIDIA's plain pickles, as a tree of inert values and as one flat weight store:
 * a tensor's name there is its path in the tree, joined by dots ("g_ema.convs.0.conv.weight").
 */
import { type ByteSource, fileSource, readBytes } from './bytes.ts'
import { Cursor } from './cursor.ts'
import { CheckpointError, quote } from './errors.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { runPickle } from './pickle.ts'
import { missingKey, type WeightStore } from './store.ts'
import { looksLikeLegacyTorch, readLegacyTorch, readNestedStorage } from './torch-legacy.ts'
import { readZipTorch } from './torch-zip.ts'
import { ObjectValue, type TensorSource, TensorValue, type Value } from './value.ts'
import { looksLikeZip } from './zip.ts'

export interface TorchFile extends WeightStore {
  readonly container: 'torch-zip' | 'torch-legacy' | 'pickle'
  readonly root: Value
  tensor(key: string): TensorSource
  /** Compares the checksums that the file carries (zip only; nothing to do for others). */
  verify(): void
  close(): void
}

export function openTorch(path: string, limits: Limits = defaultLimits): TorchFile {
  const source = fileSource(path)
  try {
    return readTorch(source, limits)
  } catch (error) {
    source.close()
    throw error
  }
}

export function readTorch(source: ByteSource, limits: Limits = defaultLimits): TorchFile {
  const head = readBytes(source, 0, Math.min(16, source.size))
  if (looksLikeZip(head)) {
    const { root, verify } = readZipTorch(source, limits)
    return makeFile(source, 'torch-zip', root, limits, verify)
  }
  if (looksLikeLegacyTorch(head)) return makeFile(source, 'torch-legacy', readLegacyTorch(source, limits), limits)
  if (head[0] === 0x80) return makeFile(source, 'pickle', readPlainPickle(source, limits), limits)
  throw new CheckpointError(
    source.name,
    'neither a zip archive nor a pickle, so no PyTorch file',
    source.base,
    'give the checkpoint as it was downloaded, unpacked from any .tar or .gz',
  )
}

/** NVIDIA's files: one pickle, whose tensors are torch files inside byte strings. */
function readPlainPickle(source: ByteSource, limits: Limits): Value {
  const cursor = new Cursor(source)
  const root = runPickle(cursor, { limits, nested: (bytes, fail) => readNestedStorage(bytes, limits, fail) })
  if (cursor.position !== source.size)
    throw new CheckpointError(
      source.name,
      `${source.size - cursor.position} bytes follow the pickle`,
      source.base + cursor.position,
      'the file is damaged or has data appended',
    )
  return root
}

function makeFile(
  source: ByteSource,
  container: TorchFile['container'],
  root: Value,
  limits: Limits,
  verify: () => void = () => {},
): TorchFile {
  const tensors = collectTensors(root, source, limits)
  const keys = [...tensors.keys()]
  const find = (key: string) => tensors.get(key) ?? missingKey(source.name, key, keys)
  return {
    container,
    root,
    verify,
    tensor: find,
    keys: () => keys,
    has: (key) => tensors.has(key),
    shape: (key) => find(key).shape,
    read: (key) => find(key).read(),
    close: () => source.close(),
  }
}

/** All tensors of a tree by path. The same tensor may be reached by several paths; the number of visits is limited. */
function collectTensors(root: Value, source: ByteSource, limits: Limits): Map<string, TensorValue> {
  const out = new Map<string, TensorValue>()
  let visits = 0
  const fail = (problem: string): never => {
    throw new CheckpointError(source.name, problem, source.base)
  }
  const visit = (value: Value, path: string): void => {
    if (++visits > limits.paths) fail(`its objects are reached by more than ${limits.paths} paths`)
    if (value instanceof TensorValue) {
      if (out.has(path)) fail(`two tensors have the path ${quote(path)}`)
      if (out.size >= limits.tensors) fail(`more than ${limits.tensors} tensors`)
      out.set(path, value)
      return
    }
    const children = Array.isArray(value) ? value : value instanceof ObjectValue ? value.state : value
    if (Array.isArray(children))
      for (const [i, child] of children.entries()) visit(child as Value, join(path, String(i)))
    else if (children instanceof Map) for (const [key, child] of children) visit(child, join(path, String(key)))
  }
  visit(root, '')
  return out
}

function join(path: string, name: string): string {
  const joined = path === '' ? name : `${path}.${name}`
  // Deep trees of long names would cost memory; no tensor of a network has such a path.
  return joined.length > 1000 ? joined.slice(0, 1000) : joined
}
