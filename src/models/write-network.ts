/** Writes one recognised network into a pack folder: safetensors, one tensor in memory at a time, numbers checked. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { quote } from '../checkpoint/errors.ts'
import { type TensorToWrite, writeSafetensors } from '../checkpoint/safetensors.ts'
import type { TensorSource } from '../checkpoint/value.ts'
import type { Found } from '../networks/found.ts'
import type { Role } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import { hashFile, shapesDigest } from './hash.ts'
import type { InstalledNetwork } from './installed.ts'

export interface SourceFile {
  readonly path: string
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly trust: 'published' | 'recorded'
}

export function writeNetwork(
  folder: string,
  role: Role,
  found: Found,
  source: SourceFile,
  licence: string,
): InstalledNetwork {
  const file = `${role}.safetensors`
  const path = join(folder, file)
  const digest = shapesDigest([...found.tensors].map(([name, { shape }]) => [name, shape] as const))
  const tensors: Record<string, TensorToWrite> = {}
  for (const [name, tensor] of found.tensors)
    tensors[name] = {
      // Halves stay halves; everything else becomes float32, which is what the networks compute in.
      dtype: tensor.dtype === 'F16' ? 'F16' : 'F32',
      shape: tensor.shape,
      data: () => finite(tensor, name, source.path),
    }
  writeSafetensors(path, tensors, {
    role,
    network: found.title,
    licence,
    'source.name': source.name,
    'source.sha256': source.sha256,
    'source.bytes': String(source.bytes),
    'source.place': found.at,
    'shapes.sha256': digest,
  })
  const { sha256 } = hashFile(path)
  return {
    file,
    sha256,
    bytes: statSync(path).size,
    shapesDigest: digest,
    recognised: found.title,
    source: { name: source.name, sha256: source.sha256, bytes: source.bytes },
    trust: source.trust,
    imported: new Date().toISOString(),
  }
}

function finite(tensor: TensorSource, name: string, path: string): Float32Array {
  const data = tensor.read()
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new ModelError(
      `${path}: ${quote(name)} holds ${data[bad]} at ${bad}; the file is damaged or its training diverged`,
    )
  return data
}
