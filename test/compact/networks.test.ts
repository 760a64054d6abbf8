// The shipped networks give in TypeScript what they gave where they were trained (numbers stored at export): on the CPU,
// and, where a Vulkan driver is, on WebGPU.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { colorEncoder } from '../../src/encoders/color-encoder.ts'
import { e4e } from '../../src/encoders/e4e.ts'
import { imagenetNormalized } from '../../src/features/normalization.ts'
import { type VggKind, type VggLayer, vggFeatures } from '../../src/features/vgg.ts'
import { generatorShape, mapping, synthesize } from '../../src/generator/stylegan2.ts'
import { concat } from '../../src/graph/layout.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { encodersOf, parserSize } from '../../src/methods/rephotograph/networks.ts'
import { loadPack } from '../../src/models/load.ts'
import { weightsOf } from '../../src/models/weights.ts'
import { painterOf } from '../../src/painters/painter.ts'
import { bisenet } from '../../src/parsing/bisenet.ts'
import { scratchLogits } from '../../src/restore/scratch-unet.ts'
import { tiledNetwork, withSeen } from '../../src/restore/tiled.ts'
import { styleVector } from '../../src/styles/predictor.ts'
import { stylized } from '../../src/styles/transformer.ts'
import { upscalerOf } from '../../src/upscalers/upscaler.ts'
import { runOnce } from '../support/device.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { expectSummary, type Summary } from '../support/summary.ts'

const pack = loadPack('compact')
const gate = 1e-3

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')) as T
}

function expectNumbers(got: ArrayLike<number>, expected: readonly number[], what: string): void {
  const rms = Math.sqrt(expected.reduce((total, v) => total + v * v, 0) / expected.length)
  const worst = Math.max(...expected.map((v, i) => Math.abs(v - got[i]!)))
  expect(worst / rms, `${what}: worst number, in units of the rms`).toBeLessThan(gate * 5)
}

describe('generator', () => {
  const weights = weightsOf(pack, 'stylegan2')
  const shape = generatorShape(weights)

  test('mapping', async () => {
    const golden = fixture<{ shape: [number, number]; w: number[] }>('compact-golden/mapping')
    const [rows, dim] = golden.shape
    const out = await runOnce(
      { w: mapping(weights, input('z', [rows, dim])) },
      { z: formulaValues('compact/z', rows * dim) },
    )
    expectNumbers(out.w!, golden.w.flat(), 'w')
  })

  test('synthesis, with and without noise', async () => {
    const golden = fixture<Record<'zero' | 'noise', { image: Summary }>>('compact-golden/generator')
    const { latents, styleDim, noiseSides } = shape
    const z = formulaValues('compact/mean', 64 * styleDim)
    const { w } = await runOnce({ w: mapping(weights, input('z', [64, styleDim])) }, { z })
    const shift = formulaValues('compact/latent', latents * styleDim)
    const latent = Float32Array.from(shift, (v, i) => {
      let mean = 0
      for (let row = 0; row < 64; row++) mean += w![row * styleDim + (i % styleDim)]! / 64
      return mean + 0.2 * v
    })
    const maps = noiseSides.map((r, i) => input(`noise/${i}`, [1, 1, r, r]))
    const { image } = synthesize(weights, constant(latent, [1, latents, styleDim]), maps)
    for (const kind of ['zero', 'noise'] as const) {
      const feeds = Object.fromEntries(
        noiseSides.map((r, i) => [
          `noise/${i}`,
          kind === 'zero' ? new Float32Array(r * r) : formulaValues(`compact/noise/${i}`, r * r),
        ]),
      )
      expectSummary((await runOnce({ image }, feeds)).image!, golden[kind].image, gate, `image, ${kind}`)
    }
  })
})

describe('encoders', () => {
  test('e4e', async () => {
    const golden = fixture<{ codes: Summary }>('compact-golden/e4e')
    const { shape: weights, layout } = encodersOf(pack, 'b')
    const side = pack.pack.networks.e4e!.layout!.inputSize as number
    const x = input('x', [1, 1, side, side])
    const average = weights.get('latent_avg')
    const codes = e4e(weights.at('encoder'), concat([x, x, x], 1), average, layout)
    const out = await runOnce({ codes }, { x: formulaImage('compact/e4e', 1, side, side).map((v) => 2 * v - 1) })
    expectSummary(out.codes!, golden.codes, gate, 'codes')
  })

  for (const s of ['b', 'gb', 'g'] as const)
    test(`colour encoder ${s}`, async () => {
      const golden = fixture<{ w: number[] }>(`compact-golden/color_${s}`)
      const side = pack.pack.networks[`color_encoder_${s}`]!.layout!.inputSize as number
      const w = colorEncoder(weightsOf(pack, `color_encoder_${s}`), input('x', [1, 1, side, side]))
      const out = await runOnce({ w }, { x: formulaImage('compact/color', 1, side, side) })
      expectNumbers(out.w!, golden.w.flat(), 'w')
    })
})

describe('feature networks', () => {
  type Layers = Record<string, Summary>
  const golden = fixture<Record<VggKind, { a: Layers } | undefined>>('compact-features/vgg')
  for (const kind of ['vgg16', 'vgg19'] as const)
    test(kind, async () => {
      const expected = golden[kind]!.a
      const layers = Object.keys(expected) as VggLayer[]
      const x = imagenetNormalized(input('x', [1, 3, 64, 64]))
      const features = vggFeatures(kind, weightsOf(pack, kind), x, layers)
      const outputs = Object.fromEntries(features.map((f, i) => [layers[i]!, f]))
      const out = await runOnce(outputs, { x: formulaImage('compact/a', 3, 64, 64) })
      for (const layer of layers) expectSummary(out[layer]!, expected[layer]!, gate, `${kind} ${layer}`)
    })

  test('vgg19_style', async () => {
    const { vgg19_style: expected } = fixture<{ vgg19_style: { a: Layers } }>('compact-features/vgg19_style')
    const layers = Object.keys(expected.a) as VggLayer[]
    const x = imagenetNormalized(input('x', [1, 3, 64, 64]))
    const features = vggFeatures('vgg19', weightsOf(pack, 'vgg19_style'), x, layers)
    const outputs = Object.fromEntries(features.map((f, i) => [layers[i]!, f]))
    const out = await runOnce(outputs, { x: formulaImage('compact/a', 3, 64, 64) })
    for (const layer of layers) expectSummary(out[layer]!, expected.a[layer]!, gate, `vgg19_style ${layer}`)
  })

  test('upscaler', async () => {
    const { out } = fixture<{ out: Summary }>('compact-features/upscaler')
    const y = upscalerOf(weightsOf(pack, 'upscaler')).build(input('x', [1, 3, 24, 20]))
    const got = await runOnce({ y }, { x: formulaImage('upscaler/input', 3, 24, 20) })
    expectSummary(got.y!, out, gate, 'upscaler')
  })

  test('painter', async () => {
    const { out } = fixture<{ out: Summary }>('compact-features/painter')
    // The network takes and gives 0 to 1, the one that was trained −1 to 1.
    const y = painterOf(weightsOf(pack, 'painter')).build(input('x', [1, 3, 64, 48]))
    const got = await runOnce({ y }, { x: formulaImage('painter/input', 3, 64, 48) })
    expectSummary(
      Float32Array.from(got.y!, (v) => 2 * v - 1),
      out,
      gate,
      'painter',
    )
  })

  test('predictor and transformer of styles', async () => {
    const told = fixture<{ out: Summary }>('compact-features/style_predictor')
    const vector = styleVector(weightsOf(pack, 'style_predictor'), input('x', [1, 3, 256, 256]))
    const got = await runOnce({ vector }, { x: formulaImage('nst/style', 3, 256, 256) })
    expectSummary(got.vector!, told.out, gate, 'predictor')
    const painted = fixture<{ out: Summary }>('compact-features/style_transformer')
    const y = stylized(weightsOf(pack, 'style_transformer'), input('x', [1, 3, 64, 48]), input('style', [1, 100]))
    const feeds = {
      x: formulaImage('nst/content', 3, 64, 48),
      style: formulaValues('magenta/style', 100).map((v) => 0.3 * v),
    }
    expectSummary((await runOnce({ y }, feeds)).y!, painted.out, gate, 'transformer')
  })

  test('scratch detector', async () => {
    const { out } = fixture<{ out: Summary }>('compact-features/scratch_detector')
    const y = scratchLogits(weightsOf(pack, 'scratch_detector'), input('x', [1, 1, 64, 48]))
    const got = await runOnce({ y }, { x: formulaImage('scratch/input', 1, 64, 48).map((v) => 2 * v - 1) })
    expectSummary(got.y!, out, gate, 'scratch detector')
  })

  test('restoration, whole and torn', async () => {
    const { whole, torn } = fixture<{ whole: Summary; torn: Summary }>('compact-features/restore')
    const [encoder, decoder] = (['restore_vae_a', 'restore_vae_b'] as const).map((role) => weightsOf(pack, role))
    const build = (kind: 'quality' | 'scratch') => {
      const mapping = weightsOf(pack, kind === 'quality' ? 'restore_mapping' : 'restore_mapping_scratch')
      return tiledNetwork({ encoder: encoder!, mapping, decoder: decoder!, kind })!.build
    }
    const [height, width] = [64, 48]
    const pixels = formulaImage('restore/input', 3, height, width).map((v) => 2 * v - 1)
    const isTorn = (i: number) => i % width >= 20 && i % width < 23
    const mask = { width, height, data: Uint8Array.from({ length: height * width }, (_, i) => Number(isTorn(i))) }
    const holed = { channels: 3, width, height, data: pixels.map((v, i) => (isTorn(i) ? 1 : v)) }
    const got = await runOnce(
      {
        whole: build('quality')(input('x', [1, 3, height, width])),
        torn: build('scratch')(input('holed', [1, 4, height, width])),
      },
      { x: pixels, holed: withSeen(holed, mask).data },
    )
    expectSummary(got.whole!, whole, gate, 'whole')
    expectSummary(got.torn!, torn, gate, 'torn')
  })

  test('face parser', async () => {
    const { logits } = fixture<{ logits: Summary }>('compact-features/bisenet')
    const side = parserSize(pack)
    const scores = bisenet(weightsOf(pack, 'bisenet'), imagenetNormalized(input('x', [1, 3, side, side])))
    const out = await runOnce({ scores }, { x: formulaImage('compact/face', 3, side, side) })
    expectSummary(out.scores!, logits, gate, 'scores')
  })
})
