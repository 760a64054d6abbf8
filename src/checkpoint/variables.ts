/**
 * Variables of a TensorFlow checkpoint as deeplearn.js has them: `manifest.json`, which says name, shape and file of each, and beside it a file of
 * raw float32 numbers for each. Files are opened when a tensor is read.
 */
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { type ByteSource, fileSource } from './bytes.ts'
import { readFloats } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import type { TensorSource } from './value.ts'

const manifestSchema = z.record(
  z.string().min(1).max(512),
  z.object({ filename: z.string().min(1).max(512), shape: z.array(z.int().min(0).max(1e9)).max(8) }),
)

/** The variables of a manifest; undefined for any other JSON. */
export function variablesOf(
  document: unknown,
  { name: path }: Pick<ByteSource, 'name'>,
): Map<string, TensorSource> | undefined {
  const { success, data } = manifestSchema.safeParse(document)
  if (!success || Object.keys(data).length === 0) return undefined
  return new Map(
    Object.entries(data).map(([name, { filename, shape }]) => {
      if (filename !== basename(filename) || filename === '..')
        throw new CheckpointError(path, `${quote(name)}: expected a file beside the manifest, found ${quote(filename)}`)
      return [name, { dtype: 'F32', shape, read: () => numbersOf(join(dirname(path), filename), shape) }]
    }),
  )
}

function numbersOf(path: string, shape: readonly number[]): Float32Array {
  const source = fileSource(path)
  try {
    const count = shape.reduce((a, b) => a * b, 1)
    if (source.size !== 4 * count)
      throw new CheckpointError(path, `expected ${4 * count} bytes for [${shape.join(', ')}], found ${source.size}`)
    return readFloats(source, 0, 'F32', count)
  } finally {
    source.close()
  }
}
