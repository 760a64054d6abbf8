// The weights of face-api's networks for our own graph. They come with the npm package in TensorFlow.js's format: a
// manifest of names, shapes and (for most tensors) a linear 8-bit quantisation, value = min + scale·byte, and one file
// with the numbers in that order. Read without TensorFlow.js, at the first use, and turned from its layout (kernels
// [h, w, in, out]) to ours ([out, in, h, w]; depthwise [channels, 1, h, w]).

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { memoryStore, type WeightStore } from '../checkpoint/store.ts'
import { Weights } from '../graph/weights.ts'

/** Networks whose weights can be read, by face-api's names, and their files. */
const files = {
  faceRecognitionNet: 'face_recognition_model',
  ageGenderNet: 'age_gender_model',
  ssdMobilenetv1: 'ssd_mobilenetv1_model',
} as const

export type FaceApiNetwork = keyof typeof files

interface ManifestEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly quantization?: { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number }
}

type Manifest = readonly { readonly paths: readonly string[]; readonly weights: readonly ManifestEntry[] }[]

const known = new Map<FaceApiNetwork, WeightStore>()

/** Weights of one of face-api's networks; names as in its files, with dots for slashes. */
export function faceApiWeights(network: FaceApiNetwork): Weights {
  const store = known.get(network) ?? readStore(files[network])
  known.set(network, store)
  return new Weights(store, network)
}

function readStore(file: string): WeightStore {
  const packageFile = createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')
  const folder = join(dirname(packageFile), 'model')
  const manifest = JSON.parse(readFileSync(join(folder, `${file}-weights_manifest.json`), 'utf8')) as Manifest
  const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {}
  for (const { paths, weights } of manifest) {
    const bytes = Buffer.concat(paths.map((path) => readFileSync(join(folder, path))))
    let offset = 0
    for (const entry of weights) {
      const count = entry.shape.reduce((a, b) => a * b, 1)
      const width = entry.quantization ? (entry.quantization.dtype === 'uint8' ? 1 : 2) : 4
      const view = new DataView(bytes.buffer, bytes.byteOffset + offset, count * width)
      offset += count * width
      if (entry.dtype === 'float32')
        tensors[entry.name.replaceAll('/', '.')] = turned(entry, numbers(view, count, entry.quantization))
    }
  }
  return memoryStore(tensors, file)
}

function numbers(view: DataView, count: number, quantization: ManifestEntry['quantization']): Float32Array {
  if (!quantization) return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true))
  const { dtype, scale, min } = quantization
  const level = dtype === 'uint8' ? (i: number) => view.getUint8(i) : (i: number) => view.getUint16(2 * i, true)
  return Float32Array.from({ length: count }, (_, i) => level(i) * scale + min)
}

/** Kernels [h, w, in, out] → [out, in, h, w]; depthwise ones have one output for each input. */
function turned({ name, shape }: ManifestEntry, data: Float32Array): { shape: readonly number[]; data: Float32Array } {
  if (shape.length !== 4) return { shape, data }
  const [h, w, a, b] = shape as [number, number, number, number]
  const depthwise = /depthwise_(?:filter|weights)$/u.test(name)
  const [outer, inner] = depthwise ? [a, b] : [b, a]
  const out = new Float32Array(data.length)
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let i = 0; i < a; i++)
        for (let j = 0; j < b; j++) {
          const [o, c] = depthwise ? [i, j] : [j, i]
          out[((o * inner + c) * h + y) * w + x] = data[((y * w + x) * a + i) * b + j]!
        }
  return { shape: [outer, inner, h, w], data: out }
}
