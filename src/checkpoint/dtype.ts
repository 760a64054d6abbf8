/**
 * Number formats of weight files and their conversion to float32. Conversion goes through a small buffer, so a tensor
 * costs its float32 size and no more, whatever the file holds. Names are those of the safetensors format.
 */
import { endianness } from 'node:os'
import { halfToFloat } from '../numbers/half.ts'
import type { ByteSource } from './bytes.ts'

export const dtypeSizes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const

export type Dtype = keyof typeof dtypeSizes

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(dtypeSizes, name)
}

const littleEndianHost = endianness() === 'LE'
const chunkBytes = 1 << 20

/** Reads `count` numbers, stored little-endian from an offset, as float32. */
export function readFloats(source: ByteSource, offset: number, dtype: Dtype, count: number): Float32Array {
  const out = new Float32Array(count)
  if (dtype === 'F32' && littleEndianHost) {
    source.readInto(offset, new Uint8Array(out.buffer))
    return out
  }
  const size = dtypeSizes[dtype]
  const chunk = new Uint8Array(Math.min(chunkBytes, count * size))
  for (let done = 0; done < count; ) {
    const n = Math.min(chunk.length / size, count - done)
    const bytes = chunk.subarray(0, n * size)
    source.readInto(offset + done * size, bytes)
    decodeFloats(bytes, dtype, out.subarray(done, done + n))
    done += n
  }
  return out
}

/** Converts stored little-endian numbers; `out.length` says how many. */
export function decodeFloats(bytes: Uint8Array, dtype: Dtype, out: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const n = out.length
  switch (dtype) {
    case 'F32':
      for (let i = 0; i < n; i++) out[i] = view.getFloat32(4 * i, true)
      return
    case 'F64':
      for (let i = 0; i < n; i++) out[i] = view.getFloat64(8 * i, true)
      return
    case 'F16':
      for (let i = 0; i < n; i++) out[i] = halves[view.getUint16(2 * i, true)]!
      return
    case 'BF16': {
      // bfloat16 is the upper half of a float32.
      const bits = new Uint32Array(out.buffer, out.byteOffset, n)
      for (let i = 0; i < n; i++) bits[i] = view.getUint16(2 * i, true) << 16
      return
    }
    case 'I64':
      for (let i = 0; i < n; i++) out[i] = Number(view.getBigInt64(8 * i, true))
      return
    case 'U64':
      for (let i = 0; i < n; i++) out[i] = Number(view.getBigUint64(8 * i, true))
      return
    case 'I32':
      for (let i = 0; i < n; i++) out[i] = view.getInt32(4 * i, true)
      return
    case 'U32':
      for (let i = 0; i < n; i++) out[i] = view.getUint32(4 * i, true)
      return
    case 'I16':
      for (let i = 0; i < n; i++) out[i] = view.getInt16(2 * i, true)
      return
    case 'U16':
      for (let i = 0; i < n; i++) out[i] = view.getUint16(2 * i, true)
      return
    case 'I8':
      for (let i = 0; i < n; i++) out[i] = view.getInt8(i)
      return
    case 'U8':
      for (let i = 0; i < n; i++) out[i] = bytes[i] ?? 0
      return
    case 'BOOL':
      for (let i = 0; i < n; i++) out[i] = bytes[i] === 0 ? 0 : 1
  }
}

/** Every half there is: a table decodes a pack ten times as quickly. */
const halves = Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits))
