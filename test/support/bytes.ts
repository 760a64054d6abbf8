// Small builders of hostile files: pickles opcode by opcode, and zip archives in which everything can be a lie.

import { crc32 } from 'node:zlib'

type Piece = string | number | number[] | Uint8Array

/** Text as latin1, numbers as single bytes. */
export function bytes(...pieces: Piece[]): Uint8Array {
  return Buffer.concat(
    pieces.map((piece) =>
      typeof piece === 'string'
        ? Buffer.from(piece, 'latin1')
        : typeof piece === 'number'
          ? Buffer.from([piece])
          : Buffer.from(piece),
    ),
  )
}

export function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255]
}

export function u64(value: number | bigint): number[] {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(value), true)
  return [...new Uint8Array(view.buffer)]
}

const u16 = (value: number) => [value & 255, value >> 8]

/** A protocol-2 pickle around some opcodes. */
export const pickle = (...pieces: Piece[]) => bytes(0x80, 2, ...pieces, '.')

/** BINUNICODE. */
export const text = (value: string) => bytes('X', u32(Buffer.byteLength(value)), Buffer.from(value))

/** A storage's persistent id and the call that makes a tensor of it. */
export function tensorOf(options: {
  kind?: string
  key?: string
  count?: number[]
  offset?: number[]
  shape?: number[][]
  strides?: number[][]
}): Uint8Array {
  const { kind = 'FloatStorage', key = '0', count = [0x4b, 4], offset = [0x4b, 0] } = options
  const { shape = [[0x4b, 2]], strides = [[0x4b, 1]] } = options
  const id = bytes('(', text('storage'), `ctorch\n${kind}\n`, text(key), text('cpu'), count, 't', 'Q')
  const tuple = (items: number[][]) => bytes('(', ...items, 't')
  return bytes(
    'ctorch._utils\n_rebuild_tensor_v2\n',
    '(',
    id,
    offset,
    tuple(shape),
    tuple(strides),
    0x89,
    '}',
    't',
    'R',
  )
}

export interface ZipFile {
  name: string
  data: Uint8Array
  method?: number
  flags?: number
  /** Sizes, checksum and place as the directory states them, where they are not the truth. */
  size?: number
  packedSize?: number
  crc?: number
  offset?: number
  localName?: string
  localSize?: number
  localMethod?: number
  /** Bytes of no file in front of this one. */
  before?: Uint8Array
}

/** A zip archive; `gap` lies between files and directory. */
export function zip(
  files: ZipFile[],
  options: { gap?: Uint8Array; count?: number; comment?: Uint8Array } = {},
): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const file of files) {
    const { data, method = 0, flags = 0 } = file
    const before = file.before ?? new Uint8Array()
    at += before.length
    parts.push(before)
    const crc = file.crc ?? crc32(data)
    const size = file.size ?? data.length
    const packed = file.packedSize ?? data.length
    const localName = file.localName ?? file.name
    const offset = file.offset ?? at
    const head = [...u16(20), ...u16(flags)]
    const local = bytes(
      'PK\x03\x04',
      head,
      u16(file.localMethod ?? method),
      u32(0),
      u32(crc),
      u32(packed),
      u32(file.localSize ?? size),
      u16(localName.length),
      u16(0),
      localName,
      data,
    )
    directory.push(
      bytes(
        'PK\x01\x02',
        u16(20),
        head,
        u16(method),
        u32(0),
        u32(crc),
        u32(packed),
        u32(size),
        u16(file.name.length),
        u16(0),
        u16(0),
        u16(0),
        u16(0),
        u32(0),
        u32(offset),
        file.name,
      ),
    )
    parts.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const { gap = new Uint8Array(), comment = new Uint8Array(), count = files.length } = options
  return bytes(
    ...parts,
    gap,
    central,
    'PK\x05\x06',
    u32(0),
    u16(count),
    u16(count),
    u32(central.length),
    u32(at + gap.length),
    u16(comment.length),
    comment,
  )
}

/** A torch zip around a data.pkl. */
export function torchZip(dataPkl: Uint8Array, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const files = Object.entries(storages).map(([key, data]) => ({ name: `a/data/${key}`, data }))
  return zip([{ name: 'a/data.pkl', data: dataPkl }, ...files])
}
