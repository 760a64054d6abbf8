// Files of networks that paint and of fast styles: every layout is recognised as what it is, ours is read back, and what is wrong is one line.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { memorySource } from '../../src/checkpoint/bytes.ts'
import { openCheckpoint, readCheckpoint } from '../../src/checkpoint/open.ts'
import { writeSafetensors } from '../../src/checkpoint/safetensors-write.ts'
import { runOnce } from '../../src/engine/executable.ts'
import type { WeightSource } from '../../src/graph/weights.ts'
import { Weights } from '../../src/graph/weights.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import { testPicture } from '../../src/networks/probe-input.ts'
import { painterOf } from '../../src/painters/painter.ts'
import { filledWith, resnetShapes, type Shapes, unetShapes } from '../support/painter-tensors.ts'

const folder = mkdtempSync(join(tmpdir(), 'painters-'))

function fileOf(
  name: string,
  tensors: Iterable<readonly [string, { shape: readonly number[]; read(): Float32Array }]>,
) {
  const path = join(folder, name)
  const entries = [...tensors].map(
    ([key, { shape, read }]) => [key, { dtype: 'F32' as const, shape, data: read }] as const,
  )
  writeSafetensors(path, Object.fromEntries(entries))
  return path
}

const networkIn = (path: string) => findNetworks(openCheckpoint(path))[0]!

const sourceOf = ({ tensors }: ReturnType<typeof networkIn>): WeightSource => ({
  keys: () => [...tensors.keys()],
  has: (key) => tensors.has(key),
  shape: (key) => tensors.get(key)!.shape,
  read: (key) => tensors.get(key)!.read(),
})

async function painted(network: ReturnType<typeof networkIn>) {
  const built = painterOf(new Weights(sourceOf(network), 'painter'))
  const { y } = await runOnce({ y: built.build(testPicture(3, Math.max(32, built.multiple))) })
  return y!
}

const layouts: [string, Shapes, string][] = [
  ['resnet', resnetShapes(2, 4), 'CycleGAN ResNet, 2 blocks, 4 wide'],
  ['unet', unetShapes(5, 4), 'pix2pix U-Net, 5 levels, 4 wide'],
]

describe.each(layouts)('%s', (name, shapes, title) => {
  const official = networkIn(fileOf(`${name}.safetensors`, filledWith(name, shapes)))

  it('is what it is, also within wrappers', () => {
    expect(official).toMatchObject({ role: 'painter', title, notes: [] })
    const wrapped = [...filledWith(name, shapes)].map(([key, tensor]) => [`netG.module.${key}`, tensor] as const)
    expect(networkIn(fileOf(`${name}-wrapped.safetensors`, wrapped))).toMatchObject({ role: 'painter', title })
  })

  it('in our names paints the same', async () => {
    const ours = networkIn(fileOf(`${name}-ours.safetensors`, official.tensors))
    expect(ours.title).toBe(title)
    expect(await painted(ours)).toEqual(await painted(official))
  })

  it('that lacks a layer is told so in one line', () => {
    const [lost] = shapes.at(-1)!
    const path = fileOf(
      `${name}-cut.safetensors`,
      [...filledWith(name, shapes)].filter(([key]) => key !== lost && !key.endsWith('.0.weight')),
    )
    expect(() => networkIn(path)).toThrow(/^[^\n]+: (?:looks like a|not recognised)[^\n]+$/u)
  })
})

it('statistics of instance norms that an old file holds are dropped with a word', async () => {
  const [old] = [resnetShapes(2, 4, true)]
  const network = networkIn(fileOf('old.safetensors', filledWith('resnet', old)))
  expect(network.notes.join()).toContain('running statistics of instance norms')
  expect([...network.tensors.keys()].filter((key) => key.includes('running'))).toEqual([])
  expect(await painted(network)).toEqual(
    await painted(networkIn(fileOf('new.safetensors', filledWith('resnet', resnetShapes(2, 4))))),
  )
})

it("batch norms by the picture's statistics paint another picture", async () => {
  const network = networkIn(join(folder, 'unet.safetensors'))
  const weights = new Weights(sourceOf(network), 'painter')
  const [stored, own] = (['stored', 'picture'] as const).map((statistics) =>
    painterOf(weights, undefined, statistics).build(testPicture(3, 32)),
  )
  const out = await runOnce({ stored: stored!, own: own! })
  expect(out.stored).not.toEqual(out.own)
})

describe('variables beside a manifest', () => {
  const write = (name: string, document: object) => {
    writeFileSync(join(folder, name), JSON.stringify(document))
    return join(folder, name)
  }
  writeFileSync(join(folder, 'v0'), Buffer.from(Float32Array.of(1, 2, 3, 4).buffer))

  it('are read', () => {
    const file = openCheckpoint(write('manifest.json', { v: { filename: 'v0', shape: [2, 2] } }))
    expect([file.container, [...file.read('v')]]).toEqual(['variables', [1, 2, 3, 4]])
  })

  it.each([
    [{ v: { filename: '../v0', shape: [4] } }, 'expected a file beside the manifest'],
    [{ v: { filename: 'v0', shape: [5] } }, 'expected 20 bytes for [5], found 16'],
    [{ v: { filename: 'gone', shape: [4] } }, 'cannot be opened'],
    [{ some: 'thing' }, 'not a weight file: it is JSON'],
  ])('%j is refused', (document, words) => {
    const path = write('wrong.json', document)
    expect(() => openCheckpoint(path).read('v')).toThrow(words)
  })

  it('of integers in a graph of TensorFlow.js are no reason to refuse it', () => {
    const weights = [{ name: 'sizes', shape: [1], dtype: 'int32' }]
    const text = JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: ['shard'], weights }] })
    expect(readCheckpoint(memorySource(Buffer.from(text), 'model.json')).keys()).toEqual(['sizes'])
  })
})
