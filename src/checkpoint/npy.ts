/**
 * NumPy's .npy files (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic word, a version,
 * a header that is a Python dict literal, then the numbers. The literal is matched against the one shape NumPy writes,
 * never evaluated; arrays of Python objects (a pickle inside) are refused.
 */
import { writeAtomically } from './atomic.ts'
import { type ByteSource, fileSource, readBytes } from './bytes.ts'
import { type Dtype, decodeFloats, dtypeSizes } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import { encodeNumbers } from './safetensors-write.ts'

export interface NpyArray {
  readonly shape: readonly number[]
  /** Number format in the file; `data` is float32 whatever it was, row-major even if the file was column-major. */
  readonly dtype: Dtype
  readonly data: Float32Array
}

const dtypes: Readonly<Record<string, Dtype>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  i4: 'I32',
  i2: 'I16',
  i1: 'I8',
  u8: 'U64',
  u4: 'U32',
  u2: 'U16',
  u1: 'U8',
  b1: 'BOOL',
}
const maxHeader = 1 << 20
/** A quarter of a gigabyte; noise maps of 1024 px are two million. */
const maxNumbers = 1 << 26
const chunkBytes = 1 << 20

export function readNpy(path: string): NpyArray {
  const source = fileSource(path)
  try {
    return parseNpy(source)
  } finally {
    source.close()
  }
}

export function looksLikeNpy(head: Uint8Array): boolean {
  return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => head[i] === byte)
}

export function parseNpy(source: ByteSource): NpyArray {
  const fail = (problem: string, at: number, hint?: string): never => {
    throw new CheckpointError(source.name, problem, source.base + at, hint)
  }
  const head = readBytes(source, 0, 10)
  if (!looksLikeNpy(head)) fail('does not start with the .npy magic word', 0)
  const [major = 0, minor = 0] = head.subarray(6)
  if (major < 1 || major > 3 || minor !== 0) fail(`.npy version ${major}.${minor} is not 1.0, 2.0 or 3.0`, 6)
  const start = major === 1 ? 10 : 12
  const lengthBytes = readBytes(source, 8, start - 8)
  const length = lengthBytes.reduceRight((sum, byte) => sum * 256 + byte, 0)
  if (length > Math.min(maxHeader, source.size - start)) fail(`header length ${length} is beyond the file or 1 MiB`, 8)
  const text = Buffer.from(readBytes(source, start, length)).toString('latin1')
  const { descr, fortran, shape } = parseHeader(text) ?? fail(`header ${quote(text)} is not what NumPy writes`, start)

  const dtype = dtypes[descr.slice(1)]
  const order = descr[0]
  if (dtype === undefined || order === undefined || !'<>|='.includes(order))
    return fail(
      `number format ${quote(descr)} is not read`,
      start,
      'save it as float32: np.save(file, a.astype("<f4"))',
    )
  const count = shape.reduce((a, b) => a * b, 1)
  const size = dtypeSizes[dtype]
  if (!Number.isSafeInteger(count) || count * size !== source.size - start - length)
    return fail(
      `${descr} [${shape.join(', ')}] needs ${count * size} bytes but ${source.size - start - length} follow`,
      start + length,
      'the file is truncated or damaged',
    )
  if (count > maxNumbers) fail(`${count} numbers, at most ${maxNumbers} are read`, start)
  const data = new Float32Array(count)
  const chunk = new Uint8Array(Math.min(chunkBytes, count * size))
  for (let done = 0; done < count; ) {
    const n = Math.min(chunk.length / size, count - done)
    const bytes = chunk.subarray(0, n * size)
    source.readInto(start + length + done * size, bytes)
    if (order === '>') for (let i = 0; i < n; i++) bytes.subarray(i * size, (i + 1) * size).reverse()
    decodeFloats(bytes, dtype, data.subarray(done, done + n))
    done += n
  }
  return { shape, dtype, data: fortran ? toRowMajor(data, shape) : data }
}

export function writeNpy(
  path: string,
  array: { shape: readonly number[]; data: Float32Array | Float64Array | Int32Array | Uint8Array },
): void {
  const { shape, data } = array
  if (shape.reduce((a, b) => a * b, 1) !== data.length)
    throw new CheckpointError(path, `shape [${shape.join(', ')}] but ${data.length} numbers`)
  const [descr, dtype]: [string, Dtype] =
    data instanceof Float32Array
      ? ['<f4', 'F32']
      : data instanceof Float64Array
        ? ['<f8', 'F64']
        : data instanceof Int32Array
          ? ['<i4', 'I32']
          : ['|u1', 'U8']
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`
  // NumPy pads so that the numbers start at a multiple of 64 and the header ends in a line break.
  const total = Math.ceil((10 + dict.length + 1) / 64) * 64
  const header = Buffer.alloc(total, 0x20)
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
  header.writeUInt16LE(total - 10, 8)
  header.write(dict, 10, 'latin1')
  header[total - 1] = 0x0a
  writeAtomically(path, (write) => {
    write(header)
    write(encodeNumbers(data, 0, data.length, dtype))
  })
}

function parseHeader(text: string): { descr: string; fortran: boolean; shape: number[] } | undefined {
  const descr = /'descr':\s*'([^']{1,16})'/.exec(text)?.[1]
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1]
  const tuple = /'shape':\s*\(([\d, ]{0,400})\)/.exec(text)?.[1]
  // Exactly these three keys: nothing may hide in the literal.
  const rest = text
    .replace(/'descr':\s*'[^']{1,16}'/, '')
    .replace(/'fortran_order':\s*(True|False)/, '')
    .replace(/'shape':\s*\([\d, ]{0,400}\)/, '')
  if (descr === undefined || order === undefined || tuple === undefined || !/^\{[\s,]*\}\s*$/.test(rest))
    return undefined
  const shape = tuple
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number)
  if (shape.length > 32 || !shape.every((side) => Number.isSafeInteger(side))) return undefined
  return { descr, fortran: order === 'True', shape }
}

function toRowMajor(data: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(data.length)
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((a, b) => a * b, 1))
  const index = shape.map(() => 0)
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = data[from] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const next = (index[axis] ?? 0) + 1
      from += stride
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next
        break
      }
      index[axis] = 0
      from -= next * stride
    }
  }
  return out
}
