// Every network at full size on formula weights against the reference implementation (PyTorch, float32). The gate is
// 1e-4 of each tensor's rms; the reference itself differs from its float64 self by up to 1e-5.

import { describe, expect, test } from 'vitest'
import { colorEncoder } from '../../src/encoders/color-encoder.ts'
import { e4e } from '../../src/encoders/e4e.ts'
import { imagenetNormalized, toUnit, vggFaceNormalized } from '../../src/features/normalization.ts'
import { vggFeatures } from '../../src/features/vgg.ts'
import { generatorShape, latentSize, mapping, noiseSides, synthesize } from '../../src/generator/stylegan2.ts'
import { concat } from '../../src/graph/layout.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { bisenet } from '../../src/parsing/bisenet.ts'
import { runOnce } from '../support/device.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { formulaWeights } from '../support/formula-weights.ts'
import { full } from '../support/full.ts'
import { readGolden } from '../support/golden.ts'
import { expectSummary, type Summary } from '../support/summary.ts'

const gate = 1e-4

describe('StyleGAN2', () => {
  const golden = readGolden<{
    mapping: Summary
    image_64: Summary
    rgbs_64: Summary[]
    image_1024: Summary
    rgbs_1024: Summary[]
  }>('generator')
  const { salt } = golden

  test('mapping network', async () => {
    const w = mapping(formulaWeights('stylegan2', { salt }), input('z', [1, 512]))
    const out = await runOnce({ w }, { z: formulaValues('z', 512, 1, 0, salt) })
    expectSummary(out.w!, golden.mapping, gate, 'w')
  })

  const synthesis = async (size: 64 | 1024): Promise<void> => {
    const weights = formulaWeights('stylegan2', { salt, size })
    expect(generatorShape(weights)).toMatchObject({ size, styleDim: 512, latents: latentSize(size) })
    const latent = constant(formulaValues('latent', latentSize(size) * 512, 1, 0, salt), [1, latentSize(size), 512])
    const noise = noiseSides(size).map((r, i) => constant(formulaValues(`noise/${i}`, r * r, 1, 0, salt), [1, 1, r, r]))
    const { image, rgbs } = synthesize(weights, latent, noise)
    const out = await runOnce({ image, ...Object.fromEntries(rgbs.map((rgb, i) => [`rgb${i}`, rgb])) })
    expectSummary(out.image!, golden[`image_${size}`], gate, `image at ${size}`)
    golden[`rgbs_${size}`].forEach((rgb, i) => {
      expectSummary(out[`rgb${i}`]!, rgb, gate, `ToRGB ${i} at ${size}`)
    })
  }
  test('64 px', () => synthesis(64))
  test.runIf(full)('1024 px', () => synthesis(1024))
})

describe('encoders', () => {
  test('colour encoder', async () => {
    const golden = readGolden<{ w: Summary }>('color_encoder')
    const { salt } = golden
    const x = input('x', [1, 1, 256, 256])
    const w = colorEncoder(formulaWeights('color_encoder', { salt }), x)
    const out = await runOnce({ w }, { x: formulaImage('color/input', 1, 256, 256, salt) })
    expectSummary(out.w!, golden.w, gate, 'w')
  })

  test.runIf(full)('e4e', async () => {
    const golden = readGolden<{ codes: Summary; layers: Summary[] }>('e4e')
    const { salt } = golden
    const x = input('x', [1, 1, 256, 256])
    const average = constant(formulaValues('e4e/latent_avg', 18 * 512, 1, 0, salt), [18, 512])
    const codes = e4e(formulaWeights('e4e', { salt }), concat([x, x, x], 1), average)
    const gray = formulaImage('e4e/input', 1, 256, 256, salt).map((v) => 2 * v - 1)
    const out = await runOnce({ codes }, { x: gray })
    expectSummary(out.codes!, golden.codes, gate, 'w+')
    golden.layers.forEach((layer, i) => {
      expectSummary(out.codes!.subarray(i * 512, (i + 1) * 512), layer, gate, `style ${i}`)
    })
  })
})

describe('feature networks', () => {
  const golden = readGolden<{ vgg16: Summary[]; vggface: Summary[]; vgg19: Record<string, Summary> }>('features')
  const { salt } = golden
  const unit = toUnit(
    constant(
      formulaImage('a', 3, 96, 96, salt).map((v) => 2 * v - 1),
      [1, 3, 96, 96],
    ),
  )

  test('VGG16', async () => {
    const layers = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'] as const
    const features = vggFeatures('vgg16', formulaWeights('vgg16', { salt }), imagenetNormalized(unit), layers)
    const out = await runOnce(Object.fromEntries(features.map((f, i) => [layers[i]!, f])))
    layers.forEach((layer, i) => {
      expectSummary(out[layer]!, golden.vgg16[i]!, gate, layer)
    })
  })

  test('VGG19', async () => {
    const layers = ['relu1_2', 'relu2_2', 'relu3_4', 'relu4_4'] as const
    const features = vggFeatures('vgg19', formulaWeights('vgg19', { salt }), imagenetNormalized(unit), layers)
    const out = await runOnce(Object.fromEntries(features.map((f, i) => [layers[i]!, f])))
    for (const layer of layers) expectSummary(out[layer]!, golden.vgg19[layer]!, gate, layer)
  })

  test('VGG-Face', async () => {
    const layers = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'] as const
    const features = vggFeatures('vggface', formulaWeights('vggface', { salt }), vggFaceNormalized(unit), layers)
    const out = await runOnce(Object.fromEntries(features.map((f, i) => [layers[i]!, f])))
    layers.forEach((layer, i) => {
      expectSummary(out[layer]!, golden.vggface[i]!, gate, layer)
    })
  })
})

test('BiSeNet', async () => {
  const golden = readGolden<{ logits: Summary; label_counts: number[] }>('bisenet')
  const { salt } = golden
  const x = input('x', [1, 3, 512, 512])
  const logits = bisenet(formulaWeights('bisenet', { salt }), imagenetNormalized(x))
  const out = await runOnce({ logits }, { x: formulaImage('bisenet/input', 3, 512, 512, salt) })
  expectSummary(out.logits!, golden.logits, gate, 'logits')
  const counts = new Array<number>(19).fill(0)
  const plane = 512 * 512
  for (let p = 0; p < plane; p++) {
    let best = 0
    for (let c = 1; c < 19; c++) if (out.logits![c * plane + p]! > out.logits![best * plane + p]!) best = c
    counts[best]!++
  }
  // Scores of neighbouring classes meet somewhere: a handful of pixels may change sides in float32.
  const moved = counts.reduce((total, n, c) => total + Math.abs(n - golden.label_counts[c]!), 0)
  expect(moved).toBeLessThanOrEqual(plane * 1e-4)
})
