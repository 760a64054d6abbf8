// Restoration networks with batch norm: recognised by their tensors, they look as far as they say, tiles give the whole, and what a
// decoder of four planes draws is added.

import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { run } from '../../src/methods/runner.ts'
import { importModels, type LoadedPack, loadPack } from '../../src/models/index.ts'
import { weightsOf } from '../../src/models/weights.ts'
import { mixed } from '../../src/restore/mixed.ts'
import { requireMemory } from '../../src/restore/pass.ts'
import { restorationTiles, restoreTiles, tiledCosts, tiledNetwork } from '../../src/restore/tiled.ts'
import { temporaryFolder } from '../support/checkpoints.ts'
import { formulaImage } from '../support/formula.ts'
import { reachOf } from '../support/reach.ts'
import { batchNormed, narrowFile } from '../support/restore-pack.ts'

process.env.REPHOTO_CACHE = temporaryFolder('restore-tiled')
const folder = temporaryFolder('restore-tiled-files')
const files = [
  ['vae', 'vae_a'],
  ['vae', 'vae_b'],
  ['mapping_quality', 'mapping'],
  ['mapping_scratch', 'scratch'],
] as const

const packs: LoadedPack[] = []
beforeAll(() => {
  for (const [name, change] of [
    ['batch', batchNormed],
    ['instance', undefined],
  ] as const) {
    importModels(
      files.map(([network, file]) => narrowFile(network, join(folder, name, `${file}.safetensors`), change)),
      { pack: name },
    )
    packs.push(loadPack(name))
  }
})
afterAll(() => {
  for (const pack of packs) pack.close()
})

const networkOf = (pack: string, kind: 'quality' | 'scratch' | 'hr') => {
  const loaded = packs.find(({ pack: { name } }) => name === pack)!
  const [encoder, mapping, decoder] = (
    ['restore_vae_a', kind === 'quality' ? 'restore_mapping' : 'restore_mapping_scratch', 'restore_vae_b'] as const
  ).map((role) => weightsOf(loaded, role))
  return tiledNetwork({ encoder: encoder!, mapping: mapping!, decoder: decoder!, kind })
}

it('only networks without statistics of the whole go into tiles', () => {
  expect(networkOf('instance', 'quality')).toBeUndefined()
  expect(networkOf('batch', 'hr')).toBeUndefined()
  expect(networkOf('batch', 'scratch')).toMatchObject({ channelsIn: 4, multiple: 16, radius: Number.POSITIVE_INFINITY })
})

it('they look as far as they say', async () => {
  const network = networkOf('batch', 'quality')!
  const reach = await reachOf(network, 50)
  expect(reach).toBeLessThanOrEqual(network.radius)
  expect(reach).toBeGreaterThan(0.5 * network.radius)
})

const [width, height] = [208, 160]
const picture = {
  ...{ channels: 3, width, height },
  data: formulaImage('tiles', 3, height, width).map((v) => 2 * v - 1),
}
const largest = (a: Float32Array, b: Float32Array) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)
const meanChange = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, v, i) => sum + Math.abs(v - b[i]!), 0) / a.length

it('tiles whose margin covers that give the whole', async () => {
  const network = networkOf('batch', 'quality')!
  const restored = (side: number, margin: number) =>
    restoreTiles(network, picture, undefined, { side, margin }, { compile: { threads: 1 } })
  const whole = (await restored(1024, network.radius))!
  expect(restorationTiles(network, picture, { side: 2 * network.radius + 96, margin: network.radius }).count).toBe(6)
  expect(largest((await restored(2 * network.radius + 96, network.radius))!, whole)).toBeLessThan(1e-5)
  // With less of it they are not: the comparison can fail.
  expect(largest((await restored(128, 16))!, whole)).toBeGreaterThan(1e-4)
})

it('damage is filled in from within the tile', async () => {
  const network = networkOf('batch', 'scratch')!
  const mask = { width, height, data: Uint8Array.from({ length: width * height }, (_, i) => Number(i % width === 40)) }
  const holed = { ...picture, data: picture.data.map((v, i) => (mask.data[i % mask.data.length] ? 1 : v)) }
  const counts = new Set<number>()
  const restored = async (side: number, data: { width: number; height: number; data: Uint8Array } = mask) =>
    (await restoreTiles(network, holed, data, { side }, { compile: { threads: 1 }, onBlock: (_, n) => counts.add(n) }))!
  const whole = await restored(512)
  expect([[...counts], whole.length, whole.every(Number.isFinite)]).toEqual([[1], picture.data.length, true])
  // Cut, other positions are found; that there is a mask at all changes more.
  const change = meanChange(await restored(128), whole)
  const without = meanChange(await restored(512, { ...mask, data: new Uint8Array(width * height) }), whole)
  expect(change).toBeLessThan(without)
  expect(without).toBeGreaterThan(1e-3)
})

it('a decoder of four planes adds to the photograph, in its tones', async () => {
  const adding = (shapes: Map<string, number[]>) => {
    shapes.set('decoder.11.weight', [4, 8, 7, 7])
    shapes.set('decoder.11.bias', [4])
    batchNormed(shapes)
  }
  const { files: imported } = importModels(
    files.map(([network, file]) =>
      narrowFile(network, join(folder, 'adds', `${file}.safetensors`), file === 'vae_b' ? adding : batchNormed),
    ),
    { pack: 'adds' },
  )
  expect(imported.flatMap(({ networks }) => networks.map(({ title }) => title))).toContain(
    'autoencoder for restoration, 8 channels, adds to the photograph',
  )
  packs.push(loadPack('adds'))
  const side = { channels: 3, width: 64, height: 48 } as const
  const input = join(folder, 'photo.png')
  await writePicture(input, fromPlanar(formulaImage('photo', 3, 48, 64), side, '01', 'round'))
  const config = { method: 'restore', input, pack: 'adds', threads: 1, scratches: { from: 'none' } }
  const { folder: made } = await run({ config, out: join(folder, 'added') })
  const { data: before } = await readPicture(input)
  const planes = {
    ...side,
    data: Float32Array.from(before, (_, i) => before[(i % 3072) * 3 + Math.floor(i / 3072)]! / 127.5 - 1),
  }
  const drawn = await restoreTiles(
    networkOf('adds', 'quality')!,
    planes,
    undefined,
    { side: 0 },
    { compile: { threads: 1 } },
  )
  const expected = mixed(planes, undefined, drawn!)
  const { data: after } = await readPicture(join(made, 'result.png'))
  const away = after.map((v, i) => Math.abs(v - 127.5 * (expected[(i % 3) * 3072 + Math.floor(i / 3)]! + 1)))
  expect(Math.max(...away)).toBeLessThanOrEqual(1)
})

it('the memory of a photograph counts beside that of a tile', () => {
  const network = networkOf('batch', 'scratch')!
  const cost = (side: number) => tiledCosts(network, { width: side, height: side }, { side: 0 })
  expect(cost(10_000)[0]!.bytes - cost(5_000)[0]!.bytes).toBeGreaterThan(75e6 * 4 * 11)
  const large = { width: 10_000, height: 10_000 }
  expect(() => requireMemory(cost(10_000), large, 2e9)).toThrow(
    /^not enough memory: expected \d\.\d GB to restore 10000×10000 \(100\.0 megapixels\), found 2\.0 GB free; make/,
  )
})

it('a decoder of another number of planes is refused', () => {
  const five = (shapes: Map<string, number[]>) => {
    shapes.set('decoder.11.weight', [5, 8, 7, 7])
    shapes.set('decoder.11.bias', [5])
  }
  expect(() =>
    importModels([narrowFile('vae', join(folder, 'five', 'vae_b.safetensors'), five)], { pack: 'five' }),
  ).toThrow('draws 5 planes where 3 (a picture) or 4')
})
