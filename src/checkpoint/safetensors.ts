/**
 * Reads safetensors files: 8 bytes of header length, a JSON header (name → dtype, shape, data_offsets), then the bytes
 * of the tensors (https://github.com/huggingface/safetensors). Opening reads and checks the header alone; a tensor is
 * read when it is asked for. The rules are the format's own, all enforced: no gap, no overlap, no byte left over.
 */
import { type ByteSource, fileSource, readBytes } from './bytes.ts'
import { type Dtype, dtypeSizes, isDtype, readFloats } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import { type Json, parseJson } from './json.ts'
import { missingKey, type WeightStore } from './store.ts'

export { type TensorToWrite, writeSafetensors } from './safetensors-write.ts'

export interface TensorInfo {
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

export interface SafetensorsFile extends WeightStore {
  readonly metadata: Record<string, string>
  info(key: string): TensorInfo
  close(): void
}

interface Entry extends TensorInfo {
  readonly start: number
  readonly end: number
}

/** The format allows 100 MB; tens of thousands of tensors with long names, and a training's notes, take 5. */
const maxHeader = 16 << 20
const maxTensors = 200_000
const maxRank = 32

export function openSafetensors(path: string): SafetensorsFile {
  const source = fileSource(path)
  try {
    return readSafetensors(source)
  } catch (error) {
    source.close()
    throw error
  }
}

export function readSafetensors(source: ByteSource): SafetensorsFile {
  const length = headerLength(source)
  const header = parseJson(readBytes(source, 8, length), source.name, source.base + 8)
  if (!(header instanceof Map))
    throw new CheckpointError(source.name, 'the header is not a JSON object', source.base + 8)
  const metadata = readMetadata(header.get('__metadata__'), source)
  header.delete('__metadata__')
  if (header.size > maxTensors)
    throw new CheckpointError(source.name, `${header.size} tensors, at most ${maxTensors} are read`, source.base + 8)
  const entries = new Map<string, Entry>()
  for (const [key, value] of header) entries.set(key, readEntry(key, value, source))
  checkLayout(entries, source, 8 + length)

  const keys = [...entries.keys()]
  const find = (key: string) => entries.get(key) ?? missingKey(source.name, key, keys)
  return {
    metadata,
    keys: () => keys,
    has: (key) => entries.has(key),
    shape: (key) => find(key).shape,
    info(key) {
      const { dtype, shape } = find(key)
      return { dtype, shape }
    },
    read(key) {
      const { dtype, start, end } = find(key)
      return readFloats(source, 8 + length + start, dtype, (end - start) / dtypeSizes[dtype])
    },
    close: () => source.close(),
  }
}

/** Whether the beginning looks like safetensors: a plausible length and an opening brace. */
export function looksLikeSafetensors(head: Uint8Array, size: number): boolean {
  if (head.length < 9) return false
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true))
  return head[8] === 0x7b && length <= size - 8
}

function headerLength(source: ByteSource): number {
  const head = readBytes(source, 0, 8)
  const length = Number(new DataView(head.buffer).getBigUint64(0, true))
  const limit = source.size - 8
  if (length > maxHeader && length <= limit)
    throw new CheckpointError(source.name, `a header of ${length} bytes, at most ${maxHeader} are read`, source.base)
  if (length < 2 || length > limit)
    throw new CheckpointError(
      source.name,
      `header length ${length} is not between 2 and ${limit}`,
      source.base,
      'not a safetensors file, or a truncated one',
    )
  return length
}

function readMetadata(value: Json | undefined, source: ByteSource): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>
  // Only texts belong in there, but some programs write numbers, or null for none. Nothing of it decides anything.
  if (value === undefined || value === null) return out
  if (!(value instanceof Map)) throw new CheckpointError(source.name, '__metadata__ is not an object', source.base + 8)
  for (const [key, text] of value) {
    if (text !== null && typeof text === 'object')
      throw new CheckpointError(source.name, `metadata ${quote(key)} is not a text`, source.base + 8)
    out[key] = String(text)
  }
  return out
}

function readEntry(key: string, value: Json, source: ByteSource): Entry {
  const fail = (problem: string): never => {
    throw new CheckpointError(source.name, `tensor ${quote(key)}: ${problem}`, source.base + 8)
  }
  if (!(value instanceof Map)) return fail('its entry is not an object')
  for (const field of value.keys())
    if (field !== 'dtype' && field !== 'shape' && field !== 'data_offsets') fail(`unknown field ${quote(field)}`)
  const dtype = value.get('dtype')
  if (typeof dtype !== 'string') return fail('no dtype')
  if (!isDtype(dtype)) return fail(`dtype ${quote(dtype)} is not one of ${Object.keys(dtypeSizes).join(', ')}`)
  const shape = value.get('shape')
  if (!Array.isArray(shape) || !shape.every(isCount)) return fail('its shape is not a list of whole numbers')
  if (shape.length > maxRank) return fail(`${shape.length} dimensions, at most ${maxRank} are read`)
  const offsets = value.get('data_offsets')
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    return fail('data_offsets is not a pair of whole numbers')
  const [start = 0, end = 0] = offsets
  const count = shape.reduce((a, b) => a * b, 1)
  if (!Number.isSafeInteger(count) || end - start !== count * dtypeSizes[dtype])
    return fail(`${dtype} [${shape.join(', ')}] does not fill the ${end - start} bytes from ${start} to ${end}`)
  return { dtype, shape, start, end }
}

function isCount(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** The tensors must follow each other without gap or overlap and end where the file ends. */
function checkLayout(entries: Map<string, Entry>, source: ByteSource, dataStart: number): void {
  let at = 0
  for (const [key, { start, end }] of [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (start !== at)
      throw new CheckpointError(
        source.name,
        `tensor ${quote(key)} starts ${start < at ? 'inside the one before it' : 'after a gap'} (${start}, not ${at})`,
        source.base + dataStart + Math.min(start, source.size),
      )
    at = end
  }
  if (dataStart + at !== source.size)
    throw new CheckpointError(
      source.name,
      `its tensors end at byte ${dataStart + at} but the file has ${source.size}`,
      source.base + Math.min(dataStart + at, source.size),
      'the file is truncated or has bytes appended',
    )
}
