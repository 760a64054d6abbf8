// Terms of the objective and the optimizer, one by one, against the reference implementation.

import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/engine/reference.ts'
import { imagenetNormalized, toUnit } from '../../src/features/normalization.ts'
import { vggFeatures } from '../../src/features/vgg.ts'
import { add, mul } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { contextualDistance } from '../../src/losses/contextual.ts'
import { gramDistance, gramMatrix } from '../../src/losses/gram.ts'
import { noiseCorrelation } from '../../src/losses/noise-correlation.ts'
import { normalizeNoise } from '../../src/losses/normalize-noise.ts'
import { type PerceptualConfig, perceptualDistance, perceptualFeatures } from '../../src/losses/perceptual.ts'
import { optimizerOf } from '../../src/optimize/optimizers/index.ts'
import { runOnce } from '../support/device.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { formulaWeights } from '../support/formula-weights.ts'
import { readGolden } from '../support/golden.ts'
import { goldenLosses, optimizerConfig } from '../support/golden-setup.ts'
import { expectGradient, expectNear, expectSummary, type Summary } from '../support/summary.ts'

const side = (i: number): number => 2 ** ((i + 5) >> 1)

function formulaInput(name: string, shape: number[], salt: string, scale = 1): Tensor {
  const data = formulaValues(
    name,
    shape.reduce((a, b) => a * b, 1),
    1,
    0,
    salt,
  )
  return constant(scale === 1 ? data : data.map((v) => scale * v), shape)
}

test('perceptual distance', async () => {
  const golden = readGolden<{ loss_vgg: number; loss_vggface: number; loss: number }>('features')
  const { salt } = golden
  const [a, b] = ['a', 'b'].map((name) =>
    constant(
      formulaImage(name, 3, 96, 96, salt).map((v) => 2 * v - 1),
      [1, 3, 96, 96],
    ),
  ) as [Tensor, Tensor]
  const weights = { vgg16: formulaWeights('vgg16', { salt }), vggface: formulaWeights('vggface', { salt }) }
  const network = (role: 'vgg16' | 'vggface') => weights[role]
  const distance = (vgg: number, vggFace: number): Tensor => {
    const config: PerceptualConfig = { ...goldenLosses.face, vgg, vggFace }
    return perceptualDistance(perceptualFeatures(network, a, config), perceptualFeatures(network, b, config), config)
  }
  const out = await runOnce({ vgg: distance(1, 0), vggFace: distance(0, 1), both: distance(1, 0.3) })
  expectNear(out.vgg![0]!, golden.loss_vgg, 1e-4, 'VGG16')
  expectNear(out.vggFace![0]!, golden.loss_vggface, 1e-4, 'VGG-Face')
  expectNear(out.both![0]!, golden.loss, 1e-4, 'both')
})

describe('contextual loss', () => {
  const golden = readGolden<{
    functional: { loss: number; grad_y: Summary }
    vgg: { loss: number; grad_result: Summary }
  }>('contextual')
  const { salt } = golden

  test('of given features', async () => {
    const x = formulaInput('cx/x', [1, 64, 16, 16], salt)
    const y = formulaInput('cx/y', [1, 64, 16, 16], salt)
    const loss = contextualDistance(x, y, 0.5)
    const out = await runOnce({ loss, slope: gradients(loss, [y])[0]! })
    expectNear(out.loss![0]!, golden.functional.loss, 1e-4, 'loss')
    expectGradient(out.slope!, golden.functional.grad_y, 1e-3, 'gradient')
  })

  test('of VGG19 features, with a subset of the points', async () => {
    const weights = formulaWeights('vgg19', { salt })
    // Inputs, not constants: ONNX Runtime would work out everything that hangs on constants while loading, on one thread.
    const [sibling, result] = [input('sibling', [1, 3, 256, 256]), input('result', [1, 3, 256, 256])]
    const layers = ['relu3_4', 'relu2_2', 'relu1_2'] as const
    const features = (image: Tensor): Tensor[] =>
      vggFeatures('vgg19', weights, imagenetNormalized(toUnit(image)), layers)
    const x = features(sibling)
    const y = features(result)
    const subset = input('subset2', [4096], 'int32')
    const subset1 = input('subset1', [4096], 'int32')
    const loss = [undefined, subset, subset1].map((s, i) => contextualDistance(x[i]!, y[i]!, 0.5, s)).reduce(add)
    const spread = (total: number): number[] => Array.from({ length: 4096 }, (_, i) => Math.floor((i * total) / 4096))
    const picture = (name: string): Float32Array => formulaImage(name, 3, 256, 256, salt).map((v) => 2 * v - 1)
    const feeds = {
      subset2: spread(128 * 128),
      subset1: spread(256 * 256),
      sibling: picture('cx/sibling'),
      result: picture('cx/result'),
    }
    const out = await runOnce({ loss, slope: gradients(loss, [result])[0]! }, feeds)
    expectNear(out.loss![0]!, golden.vgg.loss, 1e-4, 'loss')
    expectGradient(out.slope!, golden.vgg.grad_result, 1e-3, 'gradient')
  })
})

describe('colour transfer and noise', () => {
  const golden = readGolden<{
    color: { loss: number; grads: Summary[] }
    noise: { loss: number; grads: Summary[] }
    normalized: Summary[]
  }>('color_and_noise')
  const { salt } = golden

  test('colour transfer', async () => {
    const shape = (i: number): number[] => [1, 3, 4 * 2 ** i, 4 * 2 ** i]
    const current = golden.color.grads.map((_, i) => formulaInput(`rgb/cur/${i}`, shape(i), salt, 1.1))
    const grams = golden.color.grads.map((_, i) => gramMatrix(formulaInput(`rgb/sib/${i}`, shape(i), salt)))
    const loss = gramDistance(current, grams)
    const slopes = gradients(loss, current)
    const out = await runOnce({ loss, ...Object.fromEntries(slopes.map((g, i) => [`g${i}`, g])) })
    expectNear(out.loss![0]!, golden.color.loss, 1e-4, 'loss')
    golden.color.grads.forEach((g, i) => {
      expectGradient(out[`g${i}`]!, g, 1e-3, `gradient at level ${i}`)
    })
  })

  test('noise regulariser and normalisation', async () => {
    const maps = golden.noise.grads.map((_, i) => formulaInput(`noise/${i}`, [1, 1, side(i), side(i)], salt))
    const loss = noiseCorrelation(maps)
    const slopes = gradients(loss, maps)
    const out = await runOnce({
      loss,
      ...Object.fromEntries(slopes.map((g, i) => [`g${i}`, g])),
      ...Object.fromEntries(maps.map((m, i) => [`n${i}`, normalizeNoise(m)])),
    })
    expectNear(out.loss![0]!, golden.noise.loss, 1e-4, 'loss')
    golden.noise.grads.forEach((g, i) => {
      expectGradient(out[`g${i}`]!, g, 1e-3, `gradient of map ${i}`)
    })
    golden.normalized.forEach((n, i) => {
      expectSummary(out[`n${i}`]!, n, 1e-4, `normalised map ${i}`)
    })
  })
})

test('RAdam: thirty steps, the first five of them plain', () => {
  const golden = readGolden<{ trace: number[][] }>('radam')
  const p = input('p', [7])
  const moments = { m: input('m', [7]), v: input('v', [7]) }
  const scalars = { adaptive: input('adaptive', [1]), plain: input('plain', [1]) }
  let at = Array.from(formulaValues('radam/p', 7, 1, 0, golden.salt))
  const slope = input('slope', [7])
  const radam = optimizerOf(optimizerConfig)
  const next = radam.update({ variable: p, gradient: slope, moments, scalars, rate: 0.1 })
  let m = new Array<number>(7).fill(0)
  let v = new Array<number>(7).fill(0)
  golden.trace.forEach((row, i) => {
    const loss = at.reduce((total, x, j) => total + (j + 1) * (x - 0.3) ** 2 + Math.sin(x), 0)
    expectNear(loss, row[0]!, 1e-4, `loss before step ${i + 1}`)
    const { adaptive, plain } = radam.scalars(i + 1) as { adaptive: number; plain: number }
    expect(adaptive === 0).toBe(i < 5)
    const feeds = {
      p: at,
      m,
      v,
      slope: at.map((x, j) => 2 * (j + 1) * (x - 0.3) + Math.cos(x)),
      adaptive: [adaptive],
      plain: [plain],
    }
    const out = evaluate([next.variable, next.moments.m!, next.moments.v!], feeds).map((x) => Array.from(x))
    ;[at, m, v] = out as [number[], number[], number[]]
    at.forEach((x, j) => {
      expectNear(x, row[j + 1]!, 1e-4, `number ${j} after step ${i + 1}`)
    })
  })
})

test('a mistake of one part in a thousand misses the gate', async () => {
  const golden = readGolden<{ noise: { loss: number } }>('color_and_noise')
  const maps = Array.from({ length: 11 }, (_, i) => formulaInput(`noise/${i}`, [1, 1, side(i), side(i)], golden.salt))
  const out = await runOnce({ loss: mul(noiseCorrelation(maps), 1.001) })
  expect(() => expectNear(out.loss![0]!, golden.noise.loss, 1e-4, 'loss')).toThrow()
})
