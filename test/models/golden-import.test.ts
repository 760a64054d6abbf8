// Official shapes, formula weights, official file layouts, written by PyTorch, imported, and run against the golden
// numbers: what a user's files would go through. Gigabytes, so only under `npm run test:full`, one file at a time.

import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { scoped } from '../../src/checkpoint/store.ts'
import { colorEncoder } from '../../src/encoders/color-encoder.ts'
import { e4e } from '../../src/encoders/e4e.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { imagenetNormalized, toUnit, vggFaceNormalized } from '../../src/features/normalization.ts'
import { vggFeatures } from '../../src/features/vgg.ts'
import { noiseSides, synthesize } from '../../src/generator/stylegan2.ts'
import { concat } from '../../src/graph/layout.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import type { ImportResult } from '../../src/models/import.ts'
import { loadPack } from '../../src/models/load.ts'
import type { Role } from '../../src/networks/roles.ts'
import { bisenet } from '../../src/parsing/bisenet.ts'
import { execute, makeCheckpoints, noTorch, ownCache, temporaryFolder, torchPython } from '../support/checkpoints.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { full } from '../support/full.ts'
import { readGolden } from '../support/golden.ts'
import { expectSummary, type Summary } from '../support/summary.ts'

const gate = 1e-4
const run = full && torchPython() !== undefined
if (full && !run) test.skip(`imported files at full size: ${noTorch}`)

interface Imported {
  result: ImportResult
  seconds: number
  peakBytes: number
}

/** In a process of its own, so that its peak memory can be known. */
async function importElsewhere(path: string): Promise<Imported> {
  const script = fileURLToPath(new URL('../support/import-child.ts', import.meta.url))
  const { stdout } = await execute(process.execPath, ['--import', 'tsx', script, 'ffhq', path])
  return JSON.parse(stdout) as Imported
}

// A busy machine needs minutes for the largest file.
describe.runIf(run)('imported files of official shapes', { timeout: 20 * 60_000 }, () => {
  const cache = ownCache()
  const folder = temporaryFolder('official')
  let pack = loadPack('ffhq')
  const { salt } = readGolden<{ salt: string }>('generator')

  /** Writes the file with PyTorch, imports it, and deletes it: a machine need not hold all of them at once. */
  const bring = async (name: string): Promise<void> => {
    await makeCheckpoints(folder, '--salt', salt, '--full', name)
    const path = join(folder, name)
    const file = openCheckpoint(path)
    const largest = Math.max(...file.keys().map((key) => 4 * file.shape(key).reduce((a, b) => a * b, 1)))
    file.close()
    const { result, peakBytes, seconds } = await importElsewhere(path)
    expect(result.files[0]?.bytes).toBe(statSync(path).size)
    console.log(
      `${name}: ${(statSync(path).size / 1e6).toFixed(0)} MB, imported in ${seconds.toFixed(1)} s, peak ${(peakBytes / 1e6).toFixed(0)} MB`,
    )
    expect(peakBytes, `peak memory of importing ${name}`).toBeLessThan(2 * largest + 500e6)
    rmSync(path)
    pack = loadPack('ffhq')
  }
  const weights = (role: Role) => new Weights(pack.store(role), role)

  const checkGenerator = async () => {
    const golden = readGolden<{ image_1024: Summary; rgbs_1024: Summary[] }>('generator')
    const latent = constant(formulaValues('latent', 18 * 512, 1, 0, salt), [1, 18, 512])
    const noise = noiseSides(1024).map((r, i) => constant(formulaValues(`noise/${i}`, r * r, 1, 0, salt), [1, 1, r, r]))
    const { image, rgbs } = synthesize(weights('stylegan2'), latent, noise)
    const out = await runOnce({ image, ...Object.fromEntries(rgbs.map((rgb, i) => [`rgb${i}`, rgb])) })
    expectSummary(out.image!, golden.image_1024, gate, 'image')
    golden.rgbs_1024.forEach((rgb, i) => {
      expectSummary(out[`rgb${i}`]!, rgb, gate, `ToRGB ${i}`)
    })
  }

  test('e4e_ffhq_encode.pt: encoder and decoder', async () => {
    await bring('e4e_ffhq_encode.pt')
    const golden = readGolden<{ codes: Summary }>('e4e')
    const x = input('x', [1, 1, 256, 256])
    const store = pack.store('e4e')
    const average = constant(store.read('latent_avg'), [18, 512])
    const codes = e4e(new Weights(scoped(store, 'encoder.'), 'e4e'), concat([x, x, x], 1), average)
    const out = await runOnce({ codes }, { x: formulaImage('e4e/input', 1, 256, 256, salt).map((v) => 2 * v - 1) })
    expectSummary(out.codes!, golden.codes, gate, 'w+')
    await checkGenerator()
  })

  for (const name of ['stylegan2-ffhq-config-f.pt', 'ffhq.pkl'])
    test(name, async () => {
      await bring(name)
      await checkGenerator()
    })

  for (const kind of ['b', 'gb', 'g'] as const)
    test(`checkpoint_${kind}.pt`, async () => {
      await bring(`checkpoint_${kind}.pt`)
      const x = input('x', [1, 1, 256, 256])
      const w = colorEncoder(weights(`color_encoder_${kind}`), x)
      const out = await runOnce({ w }, { x: formulaImage('color/input', 1, 256, 256, salt) })
      expectSummary(out.w!, readGolden<{ w: Summary }>('color_encoder').w, gate, 'w')
    })

  const pictureA = () =>
    toUnit(
      constant(
        formulaImage('a', 3, 96, 96, salt).map((v) => 2 * v - 1),
        [1, 3, 96, 96],
      ),
    )
  const features = readGolden<{ vgg16: Summary[]; vggface: Summary[]; vgg19: Record<string, Summary> }>('features')

  for (const name of ['vgg16-397923af.pth', 'vgg16.safetensors'])
    test(name, async () => {
      await bring(name)
      const layers = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'] as const
      const found = vggFeatures('vgg16', weights('vgg16'), imagenetNormalized(pictureA()), layers)
      const out = await runOnce(Object.fromEntries(found.map((f, i) => [layers[i]!, f])))
      layers.forEach((layer, i) => {
        expectSummary(out[layer]!, features.vgg16[i]!, gate, layer)
      })
    })

  test('vgg19-dcbb9e9d.pth', async () => {
    await bring('vgg19-dcbb9e9d.pth')
    const layers = ['relu1_2', 'relu2_2', 'relu3_4', 'relu4_4'] as const
    const found = vggFeatures('vgg19', weights('vgg19'), imagenetNormalized(pictureA()), layers)
    const out = await runOnce(Object.fromEntries(found.map((f, i) => [layers[i]!, f])))
    for (const layer of layers) expectSummary(out[layer]!, features.vgg19[layer]!, gate, layer)
  })

  test('vgg_face_dag.pt', async () => {
    await bring('vgg_face_dag.pt')
    const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'] as const
    const found = vggFeatures('vggface', weights('vggface'), vggFaceNormalized(pictureA()), layers)
    const out = await runOnce(Object.fromEntries(found.map((f, i) => [layers[i]!, f])))
    layers.forEach((layer, i) => {
      expectSummary(out[layer]!, features.vggface[i]!, gate, layer)
    })
  })

  test('79999_iter.pth', async () => {
    await bring('79999_iter.pth')
    const x = input('x', [1, 3, 512, 512])
    const logits = bisenet(weights('bisenet'), imagenetNormalized(x))
    const out = await runOnce({ logits }, { x: formulaImage('bisenet/input', 3, 512, 512, salt) })
    expectSummary(out.logits!, readGolden<{ logits: Summary }>('bisenet').logits, gate, 'logits')
  })

  test('the pack is then complete, and nothing else lies in the cache', () => {
    expect(pack.missing).toEqual([])
    expect(
      readdirSync(join(cache, 'packs', 'ffhq')).filter((name) => !/^(\w+\.safetensors|installed\.json)$/.test(name)),
    ).toEqual([])
  })
})
