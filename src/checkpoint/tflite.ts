/**
 * A model of TensorFlow Lite: the constants of its first graph, by name. Read are numbers of 32 and of 16 bits and quantised ones, whole or
 * by channel (value = (q − zero)·scale); what the model computes of them is not looked at. Field numbers are those of TensorFlow's schema.fbs, version 3.
 */
import { type ByteSource, readBytes } from './bytes.ts'
import { type Dtype, dtypeSizes, readFloats } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import { rootTable, type Table } from './flatbuffer.ts'
import type { TensorSource } from './value.ts'

/** Larger models are none that is known here. */
const MOST_BYTES = 512 << 20

const MODEL = { subgraphs: 2, buffers: 4 } as const
const TENSOR = { shape: 0, type: 1, buffer: 2, name: 3, quantization: 4 } as const
const QUANTIZATION = { scale: 2, zeroPoint: 3, axis: 6 } as const

const TYPES: Readonly<Record<number, Dtype>> = {
  0: 'F32',
  1: 'F16',
  2: 'I32',
  3: 'U8',
  4: 'I64',
  6: 'BOOL',
  7: 'I16',
  9: 'I8',
}

/** Whether a file begins as a .tflite does. */
export function looksLikeTflite(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(4, 8)).toString('latin1') === 'TFL3'
}

/** @throws CheckpointError where the file is damaged */
export function readTflite(source: ByteSource): Map<string, TensorSource> {
  if (source.size > MOST_BYTES)
    throw new CheckpointError(source.name, `a model of at most ${MOST_BYTES >> 20} MB was expected`)
  const bytes = readBytes(source, 0, source.size)
  try {
    return constantsOf(rootTable(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)), source)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new CheckpointError(
      source.name,
      'an offset leads out of the file',
      undefined,
      'the file is truncated or damaged',
    )
  }
}

function constantsOf(model: Table, source: ByteSource): Map<string, TensorSource> {
  const [graph] = model.tables(MODEL.subgraphs)
  const buffers = model.tables(MODEL.buffers).map((buffer) => buffer.bytes(0))
  const constants = new Map<string, TensorSource>()
  for (const tensor of graph?.tables(0) ?? []) {
    const { start, length } = buffers[tensor.int(TENSOR.buffer)] ?? { start: 0, length: 0 }
    if (length === 0) continue
    const name = tensor.text(TENSOR.name)
    const dtype = TYPES[tensor.byte(TENSOR.type)]
    const shape = tensor.ints(TENSOR.shape)
    const count = shape.reduce((a, b) => a * b, 1)
    if (
      dtype === undefined ||
      shape.some((side) => side < 0) ||
      count * dtypeSizes[dtype] !== length ||
      start + length > source.size
    )
      throw new CheckpointError(
        source.name,
        `${quote(name)}: expected numbers for [${shape.join(', ')}], found ${length} bytes`,
      )
    if (constants.has(name)) throw new CheckpointError(source.name, `${quote(name)} stands there twice`)
    const scaled = scaling(tensor.table(TENSOR.quantization), shape)
    const read = () => scaled(readFloats(source, start, dtype, count))
    constants.set(name, { dtype: dtype === 'F16' ? 'F16' : 'F32', shape, read })
  }
  return constants
}

/** From stored numbers to those that are meant. */
function scaling(quantization: Table | undefined, shape: readonly number[]): (stored: Float32Array) => Float32Array {
  const scales = quantization?.floats(QUANTIZATION.scale) ?? []
  if (!quantization || scales.length === 0) return (stored) => stored
  const zeros = quantization.longs(QUANTIZATION.zeroPoint)
  const axis = quantization.int(QUANTIZATION.axis)
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const side = shape[axis] ?? 1
  const channel = (i: number) => (scales.length === 1 ? 0 : Math.floor(i / inner) % side)
  return (stored) => stored.map((q, i) => (q - (zeros[channel(i)] ?? 0)) * (scales[channel(i)] ?? 0))
}
