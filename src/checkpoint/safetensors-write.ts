/**
 * Writes safetensors: the same tensors give the same bytes (sorted by number size, then by name; metadata sorted), one
 * tensor in memory at a time when its data is given as a function, and the file appears whole or not at all.
 */

import { endianness } from 'node:os'
import { floatToHalf } from '../numbers/half.ts'
import { writeAtomically } from './atomic.ts'
import { type Dtype, dtypeSizes } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'

export interface TensorToWrite {
  readonly dtype: 'F32' | 'F16' | 'F64'
  readonly shape: readonly number[]
  /** The numbers, or a function that gives them when their turn comes (a whole network need not be in memory). */
  readonly data: ArrayLike<number> | (() => ArrayLike<number>)
}

const littleEndian = endianness() === 'LE'
const chunkNumbers = 1 << 18

export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorToWrite>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const order = Object.entries(tensors).sort(
    ([a, x], [b, y]) => dtypeSizes[y.dtype] - dtypeSizes[x.dtype] || compare(a, b),
  )
  const header = encodeHeader(order, metadata)
  writeAtomically(path, (write) => {
    write(header)
    for (const [name, tensor] of order) writeTensor(path, name, tensor, write)
  })
}

function encodeHeader(order: [string, TensorToWrite][], metadata: Readonly<Record<string, string>>): Uint8Array {
  const parts: string[] = []
  const meta = Object.entries(metadata).sort(([a], [b]) => compare(a, b))
  // Written by hand: an object would move names like "0" to the front and could not hold "__proto__".
  if (meta.length > 0) {
    const pairs = meta.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    parts.push(`"__metadata__":{${pairs.join(',')}}`)
  }
  let at = 0
  for (const [name, { dtype, shape }] of order) {
    const end = at + countOf(shape) * dtypeSizes[dtype]
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [at, end] })}`)
    at = end
  }
  const json = Buffer.from(`{${parts.join(',')}}`)
  // Spaces up to a multiple of 8, so that the numbers are aligned in the file.
  const out = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, 0x20)
  out.writeBigUInt64LE(BigInt(out.length - 8))
  json.copy(out, 8)
  return out
}

function writeTensor(path: string, name: string, tensor: TensorToWrite, write: (bytes: Uint8Array) => void): void {
  const data = typeof tensor.data === 'function' ? tensor.data() : tensor.data
  const count = countOf(tensor.shape)
  if (data.length !== count)
    throw new CheckpointError(path, `${quote(name)} has shape [${tensor.shape.join(', ')}] but ${data.length} numbers`)
  for (let start = 0; start < count; start += chunkNumbers)
    write(encodeNumbers(data, start, Math.min(chunkNumbers, count - start), tensor.dtype))
}

/** Little-endian bytes of `n` numbers from `start`. */
export function encodeNumbers(data: ArrayLike<number>, start: number, n: number, dtype: Dtype): Uint8Array {
  // A typed array of the right kind already is those bytes (every platform of Node.js that we know is little-endian).
  if (
    littleEndian &&
    ((data instanceof Float32Array && dtype === 'F32') || (data instanceof Float64Array && dtype === 'F64'))
  )
    return new Uint8Array(data.buffer, data.byteOffset + start * dtypeSizes[dtype], n * dtypeSizes[dtype])
  const bytes = new Uint8Array(n * dtypeSizes[dtype])
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < n; i++) {
    const value = data[start + i] ?? 0
    if (dtype === 'F32') view.setFloat32(4 * i, value, true)
    else if (dtype === 'F64') view.setFloat64(8 * i, value, true)
    else if (dtype === 'F16') view.setUint16(2 * i, floatToHalf(value), true)
    else if (dtype === 'I32') view.setInt32(4 * i, value, true)
    else if (dtype === 'U8') view.setUint8(i, value)
    else throw new RangeError(`numbers are not written as ${dtype}`)
  }
  return bytes
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}

/** By code unit, not by locale: the order must not depend on the machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
