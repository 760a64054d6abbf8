/**
 * Zip archives as torch.save writes them, read with suspicion (APPNOTE.TXT 6.3). Everything is said twice in a zip, in
 * the central directory and in front of each file: both must agree, files must fill the archive without gap or overlap
 * (so nothing hides between them), and no name may point outside.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { type ByteSource, memorySource, readBytes, sliceSource } from './bytes.ts'
import { CheckpointError, quote } from './errors.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { readDirectory, type ZipRecord } from './zip-directory.ts'

export interface ZipEntry {
  readonly name: string
  /** Size of its content. */
  readonly size: number
  /** Its content; a stored file stays on the disk, a deflated one is unpacked into memory at every call. */
  open(): ByteSource
  /** Reads everything and compares the checksum. */
  verify(): void
}

const chunkBytes = 1 << 20

export function looksLikeZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)
}

export function readZip(source: ByteSource, limits: Limits = defaultLimits): Map<string, ZipEntry> {
  const { records, start } = readDirectory(source, limits)
  const entries = new Map<string, ZipEntry>()
  let inflated = 0
  for (const record of records) {
    checkName(record, source)
    if (entries.has(record.name)) fail(source, `two files named ${quote(record.name)}`, record.at)
    if (record.method === 8) {
      inflated += record.size
      checkInflation(record, inflated, source, limits)
    }
    entries.set(record.name, makeEntry(record, source))
  }
  checkPlaces(records, start, source)
  return entries
}

function makeEntry(record: ZipRecord, source: ByteSource): ZipEntry {
  const { name, size, packedSize, method } = record
  const open = () => {
    const packed = sliceSource(source, dataStart(record, source), packedSize)
    return method === 0 ? packed : memorySource(inflate(packed, record), source.name)
  }
  return {
    name,
    size,
    open,
    verify() {
      const content = open()
      const chunk = new Uint8Array(Math.min(chunkBytes, size))
      let crc = 0
      for (let done = 0; done < size; done += chunk.length) {
        const part = chunk.subarray(0, Math.min(chunk.length, size - done))
        content.readInto(done, part)
        crc = crc32(part, crc)
      }
      if (crc !== record.crc) fail(source, `the checksum of ${quote(name)} does not match its content`, record.offset)
    },
  }
}

function inflate(packed: ByteSource, record: ZipRecord): Uint8Array {
  let content: Buffer
  try {
    content = inflateRawSync(readBytes(packed, 0, packed.size), { maxOutputLength: Math.max(1, record.size) })
  } catch {
    return fail(packed, `${quote(record.name)} does not unpack to the ${record.size} bytes it declares`, 0)
  }
  if (content.length !== record.size)
    fail(packed, `${quote(record.name)} unpacks to ${content.length} bytes and declares ${record.size}`, 0)
  return content
}

function checkName({ name, at }: ZipRecord, source: ByteSource): void {
  const parts = name.replace(/\/$/, '').split('/')
  const bad = parts.some((part) => part === '' || part === '.' || part === '..') || /[\\:\p{Cc}]/u.test(name)
  if (bad) fail(source, `the file name ${quote(name)} leaves the archive or is no plain path`, at)
}

function checkInflation(record: ZipRecord, total: number, source: ByteSource, limits: Limits): void {
  const { name, size, packedSize, at } = record
  if (size > limits.inflated || total > limits.inflatedTotal)
    fail(source, `${quote(name)} would unpack to ${size} bytes, more than is allowed`, at)
  // What can't be made smaller is stored in blocks of up to 64 KiB, five bytes more each.
  if (packedSize > size + size / 1000 + 1024)
    fail(source, `${quote(name)} packs ${size} bytes into ${packedSize}, more than they are`, at)
  // Small files of one repeated number pack well; only big ones are a danger.
  if (size > 1 << 20 && size > limits.inflateRatio * packedSize)
    fail(source, `${quote(name)} packs ${size} bytes into ${packedSize}: a zip bomb?`, at)
}

/** Where the content starts: behind the local header, whose name and extra field have their own lengths. */
function dataStart({ offset }: ZipRecord, source: ByteSource): number {
  const header = new DataView(readBytes(source, offset, 30).buffer)
  return offset + 30 + header.getUint16(26, true) + header.getUint16(28, true)
}

/** Local headers against the directory, and every byte before the directory accounted for. */
function checkPlaces(records: readonly ZipRecord[], end: number, source: ByteSource): void {
  const sorted = [...records].sort((a, b) => a.offset - b.offset)
  let at = 0
  for (const [i, record] of sorted.entries()) {
    const { name, offset } = record
    if (offset !== at)
      fail(source, `${quote(name)} starts ${offset < at ? 'inside another file' : 'after bytes of no file'}`, at)
    const next = sorted[i + 1]?.offset ?? end
    const bytes = readBytes(source, offset, 30)
    const header = new DataView(bytes.buffer)
    const start = dataStart(record, source)
    const dataEnd = start + record.packedSize
    if (header.getUint32(0, true) !== 0x04034b50) fail(source, `no local header of ${quote(name)}`, offset)
    const localName = Buffer.from(readBytes(source, offset + 30, header.getUint16(26, true))).toString('latin1')
    const streamed = (record.flags & 8) !== 0
    const local = {
      crc: header.getUint32(14, true),
      packed: header.getUint32(18, true),
      size: header.getUint32(22, true),
    }
    const agrees = (value: number, expected: number, open: number) =>
      value === expected || value === open || (streamed && value === 0)
    if (
      localName !== record.rawName ||
      header.getUint16(6, true) !== record.flags ||
      header.getUint16(8, true) !== record.method ||
      !agrees(local.crc, record.crc, record.crc) ||
      !agrees(local.packed, record.packedSize, 0xffffffff) ||
      !agrees(local.size, record.size, 0xffffffff)
    )
      fail(source, `the local header of ${quote(name)} disagrees with the central directory`, offset)
    if (dataEnd > next) fail(source, `${quote(name)} overlaps what follows it`, offset)
    at = dataEnd + (streamed ? descriptorSize(record, dataEnd, next - dataEnd, source) : 0)
  }
  if (at !== end) fail(source, 'bytes of no file before the central directory', at)
}

/** A streamed file is followed by its checksum and sizes, 4 or 8 bytes wide, with or without a signature. */
function descriptorSize(record: ZipRecord, at: number, room: number, source: ByteSource): number {
  if (room !== 12 && room !== 16 && room !== 20 && room !== 24)
    return fail(source, `${room} bytes between ${quote(record.name)} and what follows it`, at)
  const view = new DataView(readBytes(source, at, room).buffer)
  const signed = room === 16 || room === 24 ? 4 : 0
  const wide = room > 16
  const read = (index: number) =>
    wide ? Number(view.getBigUint64(signed + 4 + 8 * index, true)) : view.getUint32(signed + 4 + 4 * index, true)
  if (
    (signed > 0 && view.getUint32(0, true) !== 0x08074b50) ||
    view.getUint32(signed, true) !== record.crc ||
    read(0) !== record.packedSize ||
    read(1) !== record.size
  )
    fail(source, `the data descriptor of ${quote(record.name)} disagrees with the central directory`, at)
  return room
}

function fail(source: ByteSource, problem: string, at: number): never {
  throw new CheckpointError(source.name, `zip archive: ${problem}`, source.base + at)
}
