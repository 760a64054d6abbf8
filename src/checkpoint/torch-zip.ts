/**
 * torch.save's present format: a zip archive with `<name>/data.pkl`, the object, and `<name>/data/<key>`, the numbers of
 * each storage (PyTorch's caffe2/serialize). The pickle says how many numbers a storage has; the archive must agree.
 */
import type { ByteSource } from './bytes.ts'
import { Cursor } from './cursor.ts'
import { dtypeSizes } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import { storageDtype } from './globals.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { runPickle } from './pickle.ts'
import { StorageValue, type Value } from './value.ts'
import { readZip, type ZipEntry } from './zip.ts'

/** Bytes of data.pkl: names and shapes only, so a tenth of it in the largest honest file. */
const maxPickle = 32 << 20

export interface ZipTorch {
  readonly root: Value
  /** Compares the checksums of everything in the archive. */
  verify(): void
}

export function readZipTorch(source: ByteSource, limits: Limits = defaultLimits): ZipTorch {
  const entries = readZip(source, limits)
  const name = [...entries.keys()].find((key) => /^[^/]+\/data\.pkl$/.test(key))
  const fail = (problem: string, hint?: string): never => {
    throw new CheckpointError(source.name, `zip archive: ${problem}`, source.base, hint)
  }
  if (name === undefined)
    return fail('no data.pkl inside', 'only archives written by torch.save are read; unpack others first')
  const folder = name.slice(0, -'data.pkl'.length)
  for (const key of entries.keys()) {
    if (!key.startsWith(folder)) fail(`${quote(key)} is outside of ${quote(folder)}`)
    if (key === `${folder}constants.pkl` || key.startsWith(`${folder}code/`))
      fail('it holds a TorchScript program', 'save the state_dict of the loaded model with torch.save and import that')
  }
  checkByteOrder(entries.get(`${folder}byteorder`), fail)

  const storages = new Map<string, StorageValue>()
  const persistent = (id: Value, bad: (problem: string) => never): Value => {
    const [word, kind, key, , count] = Array.isArray(id) ? (id as readonly Value[]) : []
    if (word !== 'storage' || typeof key !== 'string') return bad('a persistent id that is no storage')
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return bad('a storage without a size')
    const dtype = storageDtype(kind, bad)
    const known = storages.get(key)
    if (known !== undefined) {
      if (known.dtype !== dtype || known.count !== count) bad(`the storage ${quote(key)} is described in two ways`)
      return known
    }
    const entry = entries.get(`${folder}data/${key}`) ?? bad(`the archive has no storage ${quote(key)}`)
    if (entry.size !== count * dtypeSizes[dtype])
      bad(`storage ${quote(key)} should hold ${count} ${dtype}, its file has ${entry.size} bytes`)
    const storage = new StorageValue(dtype, count, () => entry.open())
    storages.set(key, storage)
    return storage
  }
  const pickle = entries.get(name) ?? fail('no data.pkl inside')
  if (pickle.size > maxPickle) fail(`data.pkl has ${pickle.size} bytes, at most ${maxPickle} are read`)
  const cursor = new Cursor(pickle.open())
  const root = runPickle(cursor, { limits, persistent })
  if (cursor.position !== pickle.size) fail('data.pkl goes on after its end')
  return {
    root,
    verify() {
      for (const entry of entries.values()) entry.verify()
    },
  }
}

function checkByteOrder(entry: ZipEntry | undefined, fail: (problem: string) => never): void {
  if (entry === undefined) return
  if (entry.size > 16) fail('its byteorder file is too long')
  const text = new Uint8Array(entry.size)
  entry.open().readInto(0, text)
  if (Buffer.from(text).toString('latin1').trim() !== 'little') fail('not written on a little-endian machine')
}
