/** The central directory of a zip archive, 32- or 64-bit, found from the end and checked for size before it is read. */
import { type ByteSource, readBytes } from './bytes.ts'
import { CheckpointError, quote } from './errors.ts'
import type { Limits } from './limits.ts'

export interface ZipRecord {
  readonly name: string
  /** The name's bytes as latin1, to compare with the local header's. */
  readonly rawName: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packedSize: number
  readonly size: number
  /** Where its local header is, and where this record is. */
  readonly offset: number
  readonly at: number
}

interface End {
  readonly count: number
  readonly size: number
  readonly offset: number
  /** Where the end records begin, so that nothing lies between directory and end. */
  readonly at: number
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function readDirectory(source: ByteSource, limits: Limits): { records: ZipRecord[]; start: number } {
  const end = findEnd(source)
  if (end.offset + end.size !== end.at)
    fail(
      source,
      `its directory (${end.size} bytes from ${end.offset}) does not end where the end record starts`,
      end.at,
    )
  if (end.size > limits.zipDirectory || end.count > limits.zipEntries)
    fail(source, `${end.count} files in a directory of ${end.size} bytes are more than is allowed`, end.at)
  const bytes = readBytes(source, end.offset, end.size)
  const records: ZipRecord[] = []
  let at = 0
  while (at < bytes.length) {
    const { record, length } = readRecord(bytes, at, end.offset + at, source)
    records.push(record)
    at += length
  }
  if (records.length !== end.count)
    fail(source, `its end record counts ${end.count} files, the directory has ${records.length}`, end.at)
  return { records, start: end.offset }
}

function readRecord(bytes: Uint8Array, at: number, place: number, source: ByteSource) {
  const bad = (problem: string): never => fail(source, problem, place)
  if (bytes.length - at < 46) bad('its directory is cut off')
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at)
  if (view.getUint32(0, true) !== 0x02014b50) bad('no directory record where one should be')
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((i) => view.getUint16(i, true)) as [
    number,
    number,
    number,
  ]
  const length = 46 + nameLength + extraLength + commentLength
  if (length > view.byteLength) bad('its directory is cut off')
  const nameBytes = bytes.subarray(at + 46, at + 46 + nameLength)
  const flags = view.getUint16(8, true)
  const method = view.getUint16(10, true)
  let name: string
  try {
    name = utf8.decode(nameBytes)
  } catch {
    return bad('a file name that is not UTF-8')
  }
  if (flags & 0x2041) bad(`${quote(name)} is encrypted`)
  if (method !== 0 && method !== 8) bad(`${quote(name)} is packed by method ${method}; only 0 (stored) and 8 are read`)
  if (view.getUint16(34, true) !== 0) bad(`${quote(name)} lies on another volume`)
  let packedSize = view.getUint32(20, true)
  let size = view.getUint32(24, true)
  let offset = view.getUint32(42, true)
  // The 64-bit extra field holds, in this order, those of the three that are all ones above.
  const wide = readWide(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength), bad)
  const next = () => wide.shift() ?? bad(`${quote(name)} lacks its 64-bit sizes`)
  if (size === 0xffffffff) size = next()
  if (packedSize === 0xffffffff) packedSize = next()
  if (offset === 0xffffffff) offset = next()
  if (method === 0 && size !== packedSize) bad(`${quote(name)} is stored but has two sizes, ${packedSize} and ${size}`)
  if (offset + packedSize > source.size) bad(`${quote(name)} lies beyond the end of the file`)
  const rawName = Buffer.from(nameBytes).toString('latin1')
  const record: ZipRecord = {
    name,
    rawName,
    flags,
    method,
    crc: view.getUint32(16, true),
    packedSize,
    size,
    offset,
    at: place,
  }
  return { record, length }
}

function readWide(extra: Uint8Array, bad: (problem: string) => never): number[] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength)
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = view.getUint16(at, true)
    const length = view.getUint16(at + 2, true)
    if (at + 4 + length > extra.length) bad('an extra field that is cut off')
    if (id === 1)
      return Array.from({ length: Math.floor(length / 8) }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)))
    at += 4 + length
  }
  return []
}

function findEnd(source: ByteSource): End {
  const tailSize = Math.min(source.size, 22 + 0xffff)
  const tailStart = source.size - tailSize
  const tail = readBytes(source, tailStart, tailSize)
  const view = new DataView(tail.buffer)
  for (let i = tailSize - 22; i >= 0; i--) {
    // The comment must reach exactly to the end of the file, or the signature is a chance find inside it.
    if (view.getUint32(i, true) !== 0x06054b50 || view.getUint16(i + 20, true) !== tailSize - i - 22) continue
    const at = tailStart + i
    if (view.getUint16(i + 4, true) !== 0 || view.getUint16(i + 6, true) !== 0)
      fail(source, 'it has several volumes', at)
    const count = view.getUint16(i + 10, true)
    const size = view.getUint32(i + 12, true)
    const offset = view.getUint32(i + 16, true)
    const wide = findWideEnd(source, at)
    if (wide === undefined) return { count, size, offset, at }
    const agrees =
      (count === wide.count || count === 0xffff) &&
      (size === wide.size || size === 0xffffffff) &&
      (offset === wide.offset || offset === 0xffffffff)
    if (!agrees) fail(source, 'its two end records disagree', at)
    return wide
  }
  return fail(source, 'no end record; the file is truncated or damaged', source.size)
}

function findWideEnd(source: ByteSource, endAt: number): End | undefined {
  const locatorAt = endAt - 20
  if (locatorAt < 56) return undefined
  const locator = new DataView(readBytes(source, locatorAt, 20).buffer)
  if (locator.getUint32(0, true) !== 0x07064b50) return undefined
  const at = Number(locator.getBigUint64(8, true))
  if (at !== locatorAt - 56) fail(source, 'its 64-bit end record is not where it should be', locatorAt)
  const record = new DataView(readBytes(source, at, 56).buffer)
  if (record.getUint32(0, true) !== 0x06064b50 || record.getBigUint64(4, true) !== 44n)
    fail(source, 'its 64-bit end record is damaged', at)
  return {
    count: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
    at,
  }
}

function fail(source: ByteSource, problem: string, at: number): never {
  throw new CheckpointError(source.name, `zip archive: ${problem}`, source.base + at)
}
