/**
 * MXNet's list of arrays (`model-0000.params`): a head of 24 bytes, the arrays one behind the other, then their names,
 * "arg:conv_1_conv2d_weight" and "aux:…". Names are given without what stands before the colon. Read are dense arrays of 32 and
 * 16 bits, of the versions that MXNet wrote since 2017.
 */
import { type ByteSource, readBytes } from './bytes.ts'
import { readFloats } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import type { TensorSource } from './value.ts'

const LIST = 0x112
/** Arrays with sparse storage noted, and those before. */
const V2 = 0xf993fac9
const V1 = 0xf993fac8
const FLOATS = { 0: 'F32', 2: 'F16' } as const

const MOST_ARRAYS = 100_000
const MOST_SIDES = 16

/** Whether a file begins as a list of arrays does. */
export function looksLikeMxnet(head: Uint8Array): boolean {
  if (head.length < 16) return false
  const view = new DataView(head.buffer, head.byteOffset, 16)
  return view.getBigUint64(0, true) === BigInt(LIST) && view.getBigUint64(8, true) === 0n
}

/** The arrays of a list by name. @throws CheckpointError where the file is cut off or holds other arrays */
export function readMxnet(source: ByteSource): Map<string, TensorSource> {
  const path = source.name
  let offset = 16
  const take = (bytes: number, what: string): DataView => {
    if (offset + bytes > source.size)
      throw new CheckpointError(path, `it ends in the middle of ${what}; the file is incomplete`, offset)
    const found = readBytes(source, offset, bytes)
    offset += bytes
    return new DataView(found.buffer, found.byteOffset, bytes)
  }
  const count = (most: number, what: string): number => {
    const n = take(8, what).getBigUint64(0, true)
    if (n > BigInt(most)) throw new CheckpointError(path, `expected at most ${most} of ${what}, found ${n}`, offset - 8)
    return Number(n)
  }
  const arrays = Array.from({ length: count(MOST_ARRAYS, 'its arrays') }, (_, i): TensorSource => {
    const what = `array ${i}`
    const version = take(4, what).getUint32(0, true)
    if (version !== V1 && version !== V2)
      throw new CheckpointError(path, `${what}: expected an array of MXNet 1, found another format`, offset - 4)
    if (version === V2 && take(4, what).getInt32(0, true) !== 0)
      throw new CheckpointError(path, `${what}: expected a dense array, found a sparse one`, offset - 4)
    const sides = take(4, what).getUint32(0, true)
    if (sides > MOST_SIDES) throw new CheckpointError(path, `${what}: expected at most ${MOST_SIDES} sides`, offset - 4)
    const shape = Array.from({ length: sides }, () => count(2 ** 32, 'a side'))
    // Where it was computed: of no interest here.
    take(8, what)
    const kind = take(4, what).getInt32(0, true)
    const dtype = kind === 0 || kind === 2 ? FLOATS[kind] : undefined
    if (dtype === undefined)
      throw new CheckpointError(path, `${what}: expected numbers of 32 or 16 bits, found another type`, offset - 4)
    const length = shape.reduce((a, b) => a * b, 1)
    const start = offset
    const bytes = length * (dtype === 'F32' ? 4 : 2)
    if (start + bytes > source.size)
      throw new CheckpointError(path, `it ends in the middle of ${what}; the file is incomplete`, start)
    offset += bytes
    return { dtype, shape, read: () => readFloats(source, start, dtype, length) }
  })
  if (count(MOST_ARRAYS, 'its names') !== arrays.length)
    throw new CheckpointError(path, `expected ${arrays.length} names, found another number`, offset - 8)
  const tensors = new Map<string, TensorSource>()
  for (const array of arrays) {
    const length = count(1000, 'the letters of a name')
    const view = take(length, 'a name')
    const name = Buffer.from(view.buffer, view.byteOffset, length)
      .toString('utf8')
      .replace(/^(?:arg|aux):/u, '')
    if (tensors.has(name)) throw new CheckpointError(path, `it has ${quote(name)} twice`)
    tensors.set(name, array)
  }
  return tensors
}
