/**
 * torch.save's first format (up to 1.5, and `_use_new_zipfile_serialization=False`): five pickles in a row (a magic
 * number, a version, system information, the object, the list of storage keys), then each storage as an 8-byte count
 * and its numbers. Tensors name a storage by key, so its place is known only after the object has been read.
 */
import { type ByteSource, sliceSource } from './bytes.ts'
import { Cursor } from './cursor.ts'
import { dtypeSizes } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import { storageDtype } from './globals.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { type Fail, type PickleContext, runPickle } from './pickle.ts'
import { type BytesValue, StorageValue, type Value } from './value.ts'

const magic = 0x1950a86a20f9469cfc6cn
/** The pickle of that number, with which every such file starts. */
const magicBytes = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]

export function looksLikeLegacyTorch(head: Uint8Array): boolean {
  return magicBytes.every((byte, i) => head[i] === byte)
}

interface Known {
  readonly storage: StorageValue
  place: ByteSource | undefined
}

export function readLegacyTorch(source: ByteSource, limits: Limits = defaultLimits): Value {
  const cursor = new Cursor(source)
  const plain: PickleContext = { limits }
  const fail: Fail = (problem, hint) => {
    throw new CheckpointError(source.name, problem, source.base + cursor.position, hint)
  }
  if (runPickle(cursor, plain) !== magic) fail('the magic number of a PyTorch file is missing')
  if (runPickle(cursor, plain) !== 1001) fail('the PyTorch file version is not 1001')
  const system = runPickle(cursor, plain)
  if (!(system instanceof Map) || system.get('little_endian') !== true) fail('not written on a little-endian machine')

  const known = new Map<string, Known>()
  const views = new Map<string, StorageValue>()
  const root = runPickle(cursor, { limits, persistent: (id, bad) => persistentStorage(id, known, views, bad) })
  const keys = runPickle(cursor, plain)
  if (!Array.isArray(keys)) return fail('the list of storages is missing')
  for (const key of keys as readonly Value[]) {
    const storage = typeof key === 'string' ? known.get(key) : undefined
    if (storage === undefined) return fail(`a storage ${quote(String(key))} that no tensor uses`)
    if (storage.place !== undefined) fail(`the storage ${quote(String(key))} appears twice`)
    const count = cursor.u64()
    if (count !== storage.storage.count)
      fail(`a storage of ${count} numbers, its tensors were told ${storage.storage.count}`)
    storage.place = cursor.take(count * dtypeSizes[storage.storage.dtype])
  }
  for (const [key, { place }] of known)
    if (place === undefined) fail(`the numbers of storage ${quote(key)} are missing`)
  if (cursor.position !== source.size)
    fail(`${source.size - cursor.position} bytes follow the last storage`, 'the file is damaged or has data appended')
  return root
}

/** ('storage', class, key, device, count[, view]): a storage, or since a view of a view is flat, a piece of one. */
function persistentStorage(id: Value, known: Map<string, Known>, views: Map<string, StorageValue>, fail: Fail): Value {
  const [word, kind, key, , count, view = null] = Array.isArray(id) ? (id as readonly Value[]) : []
  if (word !== 'storage' || typeof key !== 'string') return fail('a persistent id that is no storage')
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return fail('a storage without a size')
  const dtype = storageDtype(kind, fail)
  let entry = known.get(key)
  if (entry === undefined) {
    const created: Known = {
      place: undefined,
      storage: new StorageValue(
        dtype,
        count,
        () => created.place ?? fail('a storage is read before its place is known'),
      ),
    }
    entry = created
    known.set(key, entry)
  }
  const { storage } = entry
  if (storage.dtype !== dtype || storage.count !== count) fail(`the storage ${quote(key)} is described in two ways`)
  if (view === null) return storage
  const [viewKey, offset, size] = Array.isArray(view) ? (view as readonly Value[]) : []
  const isCount = (n: Value | undefined): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0
  if (typeof viewKey !== 'string' || !isCount(offset) || !isCount(size) || offset + size > count)
    return fail(`a view outside of storage ${quote(key)}`)
  const bytes = dtypeSizes[dtype]
  const piece =
    views.get(viewKey) ??
    new StorageValue(dtype, size, () => sliceSource(storage.bytes(), offset * bytes, size * bytes))
  views.set(viewKey, piece)
  return piece
}

/** The torch file inside a byte string, which must be one storage: how NVIDIA's pickles hold their tensors. */
export function readNestedStorage(bytes: BytesValue, limits: Limits, fail: Fail): Value {
  const value = readLegacyTorch(bytes.source, limits)
  return value instanceof StorageValue ? value : fail('a nested torch file that is not one storage')
}
