// VGG19 of a TensorFlow.js layers-model: its shards, its quantised numbers, and that it sees what Caffe's network sees.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { memoryStore } from '../../src/checkpoint/store.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { imagenetNormalized } from '../../src/features/normalization.ts'
import { vggConvolutions, vggFeatures } from '../../src/features/vgg.ts'
import { CAFFE_UNITS } from '../../src/features/vgg-caffe.ts'
import { vgg19Network } from '../../src/features/vgg19.ts'
import { conv2d } from '../../src/graph/conv.ts'
import { mul, relu, sub } from '../../src/graph/elementwise.ts'
import { flip, transpose } from '../../src/graph/layout.ts'
import { constant } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { randomStream } from '../../src/numbers/random.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-tfjs-layers-'))
const model = join(place, 'model.json')
afterAll(() => rmSync(place, { recursive: true }))

interface Entry {
  name: string
  shape: number[]
  scale: number
  min: number
  codes: Uint8Array
}
const entries: Entry[] = []
const numbersOf = (name: string) => {
  const { codes, scale, min } = entries.find((entry) => entry.name === name)!
  return Float32Array.from(codes, (q) => q * scale + min)
}

beforeAll(() => {
  const random = randomStream(3, 'tfjs')
  let inputs = 3
  for (const { block, place } of vggConvolutions('vgg19')) {
    const outputs = block + 1
    for (const [kind, shape] of [
      ['kernel', [3, 3, inputs, outputs]],
      ['bias', [outputs]],
    ] as const) {
      const codes = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 256 * random.uniform())
      entries.push({ name: `block${block}_conv${place}/${kind}`, shape: [...shape], scale: 0.004, min: -0.45, codes })
    }
    inputs = outputs
  }
  // A dense layer whose shards are not there, as where somebody left them out.
  const dense = { name: 'fc1/kernel', shape: [1000], scale: 1, min: 0, codes: new Uint8Array(0) }
  const bytes = Buffer.concat(entries.map(({ codes }) => codes))
  const size = 61
  const shards = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  for (const [i, shard] of shards.entries()) writeFileSync(join(place, `shard${i}.bin`), shard)
  const paths = [...shards.keys(), 'gone'].map((i) => `shard${i}.bin`)
  const weights = [...entries, dense].map(({ name, shape, scale, min }) => ({
    ...{ name, shape, dtype: 'float32' },
    quantization: { dtype: 'uint8', scale, min, original_dtype: 'float32' },
  }))
  writeFileSync(model, JSON.stringify({ weightsManifest: [{ paths, weights }], modelTopology: {} }))
})

describe('a layers-model', () => {
  it('gives every tensor, across shards', () => {
    const file = openCheckpoint(model)
    for (const { name, shape } of entries) {
      expect(file.shape(name)).toEqual(shape)
      expect(file.read(name)).toEqual(numbersOf(name))
    }
    expect(() => file.read('fc1/kernel')).toThrow(/shard/u)
    file.close()
  })

  it.each([
    [{ weightsManifest: 3 }, /weightsManifest/u],
    [{ weightsManifest: [{ paths: ['../a.bin'], weights: [{ name: 'w', shape: [1], dtype: 'float32' }] }] }, /beside/u],
    [
      { weightsManifest: [{ paths: [], weights: [{ name: 'w', shape: [1], dtype: 'complex64' }] }] },
      /expected float32/u,
    ],
    [{ hello: 1 }, /not a weight file/u],
  ])('%j is refused', (document, message) => {
    const file = join(place, 'bad.json')
    writeFileSync(file, JSON.stringify(document))
    expect(() => openCheckpoint(file).read('w')).toThrow(message)
  })
})

it('a VGG19 in it sees what Caffe’s does', () => {
  const file = openCheckpoint(model)
  const tensors = new Map(file.keys().map((key) => [key, file.tensor(key)] as const))
  const [found] = vgg19Network.recognise({ at: 'root', tensors, root: undefined, inside: () => [] })
  expect(found).toMatchObject({ role: 'vgg19', title: 'VGG19 (Caffe), 16 convolutions' })
  const store = memoryStore(
    Object.fromEntries([...found!.tensors].map(([key, { shape, read }]) => [key, { shape, data: read() }])),
  )
  const random = randomStream(1, 'picture')
  const picture = constant(
    Float64Array.from({ length: 3 * 64 }, () => random.uniform()),
    [1, 3, 8, 8],
  )
  const ours = vggFeatures('vgg19', new Weights(store, 'vgg19'), imagenetNormalized(picture), ['relu1_1', 'relu1_2'])
  const mean = constant([103.939, 116.779, 123.68], [1, 3, 1, 1])
  let theirs = sub(mul(flip(picture, [1]), 255), mean)
  const caffe = [1, 2].map((n) => {
    const { shape } = entries.find(({ name }) => name === `block1_conv${n}/kernel`)!
    const kernel = transpose(constant(numbersOf(`block1_conv${n}/kernel`), shape), [3, 2, 0, 1])
    const bias = constant(numbersOf(`block1_conv${n}/bias`), [2])
    theirs = relu(conv2d(theirs, kernel, { bias, padding: 1 }))
    return mul(theirs, 1 / CAFFE_UNITS)
  })
  const values = evaluate([...ours, ...caffe])
  for (const n of [0, 1]) {
    const most = Math.max(...values[n]!)
    const off = values[n]!.map((v, i) => Math.abs(v - values[n + 2]![i]!))
    const inside = off.filter((_, i) => [i % 8, Math.floor(i / 8) % 8].every((at) => at > n && at < 7 - n))
    expect(Math.max(...inside)).toBeLessThan(1e-5 * most)
    expect(most).toBeGreaterThan(0.5)
    expect(Math.max(...off)).toBeLessThan(5e-3 * most)
  }
  file.close()
})
