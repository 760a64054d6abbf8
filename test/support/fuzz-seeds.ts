// Honest files to start mutations from: every container and both ways of writing tensors, all small.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, deflateRawSync } from 'node:zlib'
import { writeNpy } from '../../src/checkpoint/npy.ts'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { bytes, pickle, tensorOf, text, torchZip, zip } from './bytes.ts'

const fixtures = fileURLToPath(new URL('../fixtures/checkpoint/', import.meta.url))

export function fuzzSeeds(): Record<string, Uint8Array[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-seeds-'))
  const written = (name: string, write: (path: string) => void): Uint8Array => {
    const path = join(folder, name)
    write(path)
    return readFileSync(path)
  }
  const fixture = (name: string) => readFileSync(join(fixtures, name))
  const vgg = { dtype: 'F32' as const, shape: [1, 3, 3, 3], data: new Float32Array(27) }
  const four = new Uint8Array(16)
  const pkl = pickle(
    '}(',
    text('w'),
    tensorOf({}),
    text('v'),
    tensorOf({
      shape: [
        [0x4b, 2],
        [0x4b, 2],
      ],
      strides: [
        [0x4b, 1],
        [0x4b, 2],
      ],
    }),
    'u',
  )
  const deflated = deflateRawSync(pkl)
  const seeds = {
    pickle: [fixture('module.pkl'), fixture('views-legacy.pt'), pickle('}(', text('a'), ']K\x01a', 'u')],
    zip: [
      fixture('views.pt'),
      torchZip(pkl, { 0: four }),
      zip(
        [
          { name: 'a/data.pkl', data: deflated, method: 8, size: pkl.length, crc: crc32(pkl) },
          { name: 'a/data/0', data: four },
        ],
        { comment: bytes('PK\x05\x06') },
      ),
    ],
    safetensors: [
      written('a.safetensors', (path) =>
        writeSafetensors(path, { 'features.0.weight': vgg, b: { dtype: 'F16', shape: [2], data: [1, 2] } }, { a: 'b' }),
      ),
      written('b.safetensors', (path) => writeSafetensors(path, {})),
    ],
    // Whole networks: what lies behind the readers is reached, at the price of slower inputs.
    network: [fixture('stylegan2-ffhq-config-f.pt'), fixture('ffhq.pkl'), fixture('checkpoint_b.pt')],
    npy: [
      written('a.npy', (path) => writeNpy(path, { shape: [2, 3], data: new Float32Array(6) })),
      written('b.npy', (path) => writeNpy(path, { shape: [], data: new Uint8Array(1) })),
    ],
  }
  rmSync(folder, { recursive: true })
  return seeds
}
