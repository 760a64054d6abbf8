/**
 * A layers-model or graph-model of TensorFlow.js: `model.json` with a list of weights, whose bytes lie one behind the other in shards beside it.
 * Read are float32 and weights that were quantised to uint8 or uint16 (value = q·scale + min), and int32, which graphs hold sizes in. Shards
 * are opened when a tensor is read, so a model without those of its unwanted layers is fine.
 */
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { type ByteSource, fileSource, readBytes } from './bytes.ts'
import { CheckpointError, quote } from './errors.ts'
import type { TensorSource } from './value.ts'

/** Bytes of a model.json: names and shapes, no weights. */
const MOST_BYTES = 16 << 20

const weightSchema = z.object({
  name: z.string().min(1).max(512),
  shape: z.array(z.int().min(0).max(1e9)).max(8),
  dtype: z.string().max(20),
  quantization: z
    .object({ dtype: z.enum(['uint8', 'uint16']), scale: z.number().finite(), min: z.number().finite() })
    .optional(),
})
const manifestSchema = z.array(
  z.object({ paths: z.array(z.string().min(1).max(512)).max(10_000), weights: z.array(weightSchema).max(100_000) }),
)
type WeightEntry = z.infer<typeof weightSchema>

/** The tensors of a model.json; undefined for any other JSON. @throws CheckpointError for a list of weights that can't be one */
export function readTfjsLayers(source: ByteSource, document: unknown): Map<string, TensorSource> | undefined {
  if (typeof document !== 'object' || document === null || !('weightsManifest' in document)) return undefined
  const result = manifestSchema.safeParse(document.weightsManifest)
  if (!result.success) {
    const [issue] = result.error.issues
    throw new CheckpointError(source.name, `weightsManifest.${issue?.path.join('.')}: ${issue?.message}`)
  }
  const tensors = new Map<string, TensorSource>()
  for (const { paths, weights } of result.data) {
    let at = 0
    for (const entry of weights) {
      const start = at
      at += bytesOf(entry, source.name)
      if (tensors.has(entry.name)) throw new CheckpointError(source.name, `${quote(entry.name)} stands there twice`)
      tensors.set(entry.name, {
        dtype: 'F32',
        shape: entry.shape,
        read: () => numbersOf(entry, shardBytes(source.name, paths, start, bytesOf(entry, source.name))),
      })
    }
  }
  return tensors
}

/** The JSON of a file; undefined where it is none, or too long to be a list of weights. */
export function jsonOf(source: ByteSource): unknown {
  if (source.size > MOST_BYTES) return undefined
  try {
    return JSON.parse(Buffer.from(readBytes(source, 0, source.size)).toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

const widths: Readonly<Record<string, number>> = { float32: 4, int32: 4, uint8: 1, uint16: 2 }

function bytesOf({ name, shape, dtype, quantization }: WeightEntry, file: string): number {
  const width = widths[quantization?.dtype ?? dtype]
  if (width === undefined || (quantization && dtype !== 'float32'))
    throw new CheckpointError(file, `${quote(name)}: expected float32, whole or quantised, found ${quote(dtype)}`)
  return shape.reduce((count, side) => count * side, width)
}

/** Bytes of a group's weights: of its shards, one behind the other. All but the last shard are of one size. */
function shardBytes(file: string, paths: readonly string[], start: number, count: number): Uint8Array {
  const out = new Uint8Array(count)
  const first = paths[0]
  let done = 0
  let begin = 0
  const size = first === undefined ? 0 : shard(file, first, ({ size }) => size)
  for (const path of paths) {
    if (done === count) break
    const end = begin + size
    if (start + done < end) {
      done += shard(file, path, (source) => {
        const offset = start + done - begin
        const part = out.subarray(done, done + Math.max(0, Math.min(count - done, source.size - offset)))
        if (part.length > 0) source.readInto(offset, part)
        return part.length
      })
    }
    begin = end
  }
  if (done < count) throw new CheckpointError(file, `expected ${count} bytes of weights in the shards, found ${done}`)
  return out
}

/** Opens a shard beside the model for a moment. */
function shard<T>(file: string, path: string, use: (source: ByteSource) => T): T {
  if (path !== basename(path) || path === '..')
    throw new CheckpointError(file, `expected shards beside the model, found ${quote(path)}`)
  const source = fileSource(join(dirname(file), path))
  try {
    return use(source)
  } finally {
    source.close()
  }
}

function numbersOf({ dtype: plain, quantization }: WeightEntry, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (plain === 'int32') return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true))
  if (!quantization) return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
  const { dtype, scale, min } = quantization
  if (dtype === 'uint8') return Float32Array.from(bytes, (q) => q * scale + min)
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true) * scale + min)
}
