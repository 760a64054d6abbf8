// Style transfer against the official codes on formula weights (float64, PyTorch's VGG-19): features, Gram matrices and
// losses in every normalisation, gradients, and the trajectories of Adam and L-BFGS.

import { describe, test } from 'vitest'
import { Executable, runOnce } from '../../src/engine/executable.ts'
import { imagenetNormalized } from '../../src/features/normalization.ts'
import { type VggLayer, vggFeatures } from '../../src/features/vgg.ts'
import { add, clamp, mul, square, sub } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { reshape } from '../../src/graph/layout.ts'
import { mean, sum } from '../../src/graph/reduce.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { type ColorMap, withColorsOf } from '../../src/images/color-match.ts'
import { gramNormalizations, gramPerPosition, gramStyleLoss } from '../../src/losses/gram-style.ts'
import { totalVariation } from '../../src/losses/total-variation.ts'
import { covarianceRoot, normalStatistics, wassersteinLoss } from '../../src/losses/wasserstein.ts'
import { type DescentOptions, descend } from '../../src/optimize/descent.ts'
import type { Course, Problem } from '../../src/optimize/problem.ts'
import { underTest } from '../support/device.ts'
import { formulaImage } from '../support/formula.ts'
import { formulaWeights } from '../support/formula-weights.ts'
import { readGolden } from '../support/golden.ts'
import { expectGradient, expectNear, expectSummary, type Summary } from '../support/summary.ts'

interface Trajectory {
  losses_by_evaluation: number[]
  final: Summary
}

const golden = readGolden<
  {
    features_start: Record<string, Summary>
    gram_start_relu1_1_raw: Summary
    content: Record<'gatys 1/2 sum' | 'mse', number>
    avg_pool: { 'style_neural-style': number[]; content_mse: number }
    tv: Record<'neural-style sum|d|' | 'johnson sum d2' | 'crowsonkb nine-point', number>
    style_w2_crowsonkb: number[]
    'style_blend_3_7_neural-style': number[]
    objective: { loss: number; grad: Summary }
    'adam_lr0.02_b0.9_0.99_10steps_clamp_after': Trajectory
    'adam_tf_lr0.02_b0.99_eps0.1_10steps_clamp_after': Trajectory
    lbfgs_torch_lr1_maxiter1_history10_8steps: Trajectory
    lbfgs_torch_default_max_iter20_1step_clamp_before: Trajectory
  } & Record<`style_${(typeof gramNormalizations)[number]}`, number[]>
>('systems/nst')
const { salt } = golden
const vgg19 = formulaWeights('vgg19', { salt })
const styleLayers: VggLayer[] = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1']
const layers: VggLayer[] = [...styleLayers, 'relu4_2']
const image = (name: string, h: number, w: number): Tensor =>
  constant(formulaImage(`nst/${name}`, 3, h, w, salt), [1, 3, h, w])
const features = (x: Tensor, of: VggLayer[] = layers): Tensor[] =>
  vggFeatures('vgg19', vgg19, imagenetNormalized(x), of)
const content = image('content', 64, 48)
const style = image('style', 56, 72)
const style2 = image('style2', 40, 40)
const start = image('start', 64, 48)

test('features and Gram matrices', async () => {
  const found = features(start)
  const out = await runOnce(
    { ...Object.fromEntries(found.map((f, i) => [layers[i]!, f])), gram: gramPerPosition(found[0]!) },
    {},
    underTest,
  )
  const indices = [1, 6, 11, 20, 29, 22]
  layers.forEach((layer, i) => {
    expectSummary(out[layer]!, golden.features_start[indices[i]!]!, 1e-5, layer)
  })
  expectSummary(
    out.gram!.map((v) => v * 64 * 48),
    golden.gram_start_relu1_1_raw,
    1e-5,
    'Gram matrix',
  )
})

test('style losses in four normalisations, of a blend, and Wasserstein', async () => {
  const [ours, theirs, others] = [start, style, style2].map((x) => features(x, styleLayers))
  const outputs: Record<string, Tensor> = {}
  styleLayers.forEach((_, i) => {
    const [gram, target, other] = [ours, theirs, others].map((f) => gramPerPosition(f![i]!)) as [Tensor, Tensor, Tensor]
    for (const kind of gramNormalizations) outputs[`${kind}${i}`] = gramStyleLoss(gram, target, kind)
    const blend = add(mul(target, 0.3), mul(other, 0.7))
    outputs[`blend${i}`] = gramStyleLoss(gram, blend, 'neural-style')
    const [s, t] = [ours, theirs].map((f) => normalStatistics(f![i]!)) as [Tensor, Tensor]
    outputs[`wasserstein${i}`] = wassersteinLoss(s, t, covarianceRoot(t))
  })
  const out = await runOnce(outputs, {}, underTest)
  styleLayers.forEach((layer, i) => {
    for (const kind of gramNormalizations)
      expectNear(out[`${kind}${i}`]![0]!, golden[`style_${kind}`][i]!, 1e-5, `${kind} at ${layer}`)
    expectNear(out[`blend${i}`]![0]!, golden['style_blend_3_7_neural-style'][i]!, 1e-5, `blend at ${layer}`)
    expectNear(out[`wasserstein${i}`]![0]!, golden.style_w2_crowsonkb[i]!, 1e-4, `Wasserstein at ${layer}`)
  })
})

test('content and total variation', async () => {
  const [a, b] = [start, content].map((x) => features(x, ['relu4_2'])[0]!) as [Tensor, Tensor]
  const out = await runOnce(
    {
      half: mul(sum(square(sub(a, b))), 0.5),
      mse: mean(square(sub(a, b))),
      absolute: totalVariation(start, 'absolute'),
      squared: totalVariation(start, 'squared'),
      ninePoint: totalVariation(start, 'nine-point'),
    },
    {},
    underTest,
  )
  expectNear(out.half![0]!, golden.content['gatys 1/2 sum'], 1e-5, '½Σ')
  expectNear(out.mse![0]!, golden.content.mse, 1e-5, 'mean')
  expectNear(out.absolute![0]!, golden.tv['neural-style sum|d|'], 1e-5, 'Σ|d|')
  expectNear(out.squared![0]!, golden.tv['johnson sum d2'], 1e-5, 'Σd²')
  expectNear(out.ninePoint![0]!, golden.tv['crowsonkb nine-point'], 1e-5, 'nine points')
})

/** 1·content + 1e6·Σ neural-style, as a problem with the pixels as its variable. */
function pixels(clampAfter: boolean, count: number, variation = 0): Course & { readonly problem: Problem } {
  const x = input('pixels', [1, 3, 64, 48])
  const found = features(x)
  const grams = features(style, styleLayers).map((map) => gramPerPosition(map))
  const styleLoss = grams.map((gram, i) => gramStyleLoss(gramPerPosition(found[i]!), gram, 'neural-style')).reduce(add)
  const contentLoss = mean(square(sub(found[5]!, features(content, ['relu4_2'])[0]!)))
  const one = (loss: Tensor): Tensor => reshape(loss, [1])
  return {
    problem: {
      name: 'style transfer',
      variables: {
        pixels: {
          tensor: x,
          rate: input('lr', [1]),
          ...(clampAfter && { project: (next: Tensor) => clamp(next, 0, 1) }),
        },
      },
      terms: {
        content: { loss: one(contentLoss), weight: 1 },
        style: { loss: one(styleLoss), weight: 1e6 },
        ...(variation > 0 && { variation: { loss: one(totalVariation(x, 'absolute')), weight: variation } }),
      },
      views: {},
      draws: [],
      held: {},
      prepared: {},
    },
    steps: [count],
    seed: 0,
    start: { pixels: formulaImage('nst/start', 3, 64, 48, salt) },
    feeds: () => ({ lr: [0.02] }),
    told: [],
  }
}

test('the objective and its gradient', async () => {
  const { problem } = pixels(false, 1, 1e-3)
  const total = Object.values(problem.terms)
    .map(({ loss, weight }) => mul(loss, weight))
    .reduce(add)
  const [slope] = gradients(total, [problem.variables.pixels!.tensor])
  const executable = await Executable.compile({ outputs: { total, slope: slope! } }, underTest)
  const out = await executable.run({ pixels: formulaImage('nst/start', 3, 64, 48, salt) })
  await executable.dispose()
  expectNear(out.total![0]!, golden.objective.loss, 1e-5, 'objective')
  expectGradient(out.slope!, golden.objective.grad, 1e-4, 'gradient')
})

const norm = (x: Float32Array): number => Math.sqrt(x.reduce((total, v) => total + v * v, 0))

async function walked(course: Course, optimizer: DescentOptions['optimizer']) {
  const losses: number[] = []
  const { snapshot } = await descend(
    course,
    { optimizer, compile: underTest },
    { onStep: ({ total }) => void losses.push(total) },
  )
  return { losses, final: snapshot.tensors.pixels!.data }
}

/** Devices and engines sum in orders of their own, and a loop feeds what it rounds back to itself: a step is as near, ten are not. */
const drift = underTest.device === 'cpu' ? 1 : 10

describe('trajectories', () => {
  test('Adam', async () => {
    const expected = golden['adam_lr0.02_b0.9_0.99_10steps_clamp_after']
    const { losses, final } = await walked(pixels(true, 10), { name: 'adam', betas: [0.9, 0.99], eps: 1e-8 })
    losses.forEach((loss, i) => {
      // Dividing small slopes by themselves makes of a last digit a whole step: elsewhere than here it grows by the step.
      const near = underTest.device === 'cpu' ? 1e-4 : 1e-3 * (i + 1)
      expectNear(loss, expected.losses_by_evaluation[i]!, near, `Adam, evaluation ${i + 1}`)
    })
    if (underTest.device !== 'cpu') return
    // PyTorch in single precision is as far from its own double precision: Adam divides small slopes by themselves.
    expectNear(norm(final), expected.final.norm, 1e-5, 'Adam, final: norm')
    expectGradient(final, expected.final, 5e-4, 'Adam, final')
  })
  test("Adam with TensorFlow's numbers", async () => {
    const expected = golden['adam_tf_lr0.02_b0.99_eps0.1_10steps_clamp_after']
    const { losses } = await walked(pixels(true, 10), { name: 'adam', betas: [0.99, 0.999], eps: 0.1 })
    losses.forEach((loss, i) => {
      expectNear(loss, expected.losses_by_evaluation[i]!, drift * 1e-4, `Adam, evaluation ${i + 1}`)
    })
  })
  test('L-BFGS', async () => {
    const expected = golden.lbfgs_torch_lr1_maxiter1_history10_8steps
    const course = { ...pixels(false, 8), feeds: () => ({ lr: [1] }) }
    const { losses, final } = await walked(course, { name: 'lbfgs', history: 10, lineSearch: 'none' })
    losses.forEach((loss, i) => {
      expectNear(loss, expected.losses_by_evaluation[i]!, drift * 1e-3, `L-BFGS, evaluation ${i + 1}`)
    })
    expectGradient(final, expected.final, drift * 1e-3, 'L-BFGS, final')
  })
  test('L-BFGS, clamped before each evaluation', async () => {
    const expected = golden.lbfgs_torch_default_max_iter20_1step_clamp_before
    const course = { ...pixels(true, 20), feeds: () => ({ lr: [1] }) }
    const { losses } = await walked(course, { name: 'lbfgs', history: 100, lineSearch: 'none' })
    losses.forEach((loss, i) => {
      expectNear(loss, expected.losses_by_evaluation[i]!, drift * (i < 8 ? 1e-3 : 1e-2), `L-BFGS, evaluation ${i + 1}`)
    })
  })
})

describe('colours', () => {
  const golden = readGolden<{
    'coral(style->content)': Summary
    gatys_linear_symmetric: { out: Summary }
    gatys_linear_cholesky: { out: Summary }
  }>('systems/nst_colour')
  const expected: Record<ColorMap, Summary> = {
    coral: golden['coral(style->content)'],
    symmetric: golden.gatys_linear_symmetric.out,
    cholesky: golden.gatys_linear_cholesky.out,
  }
  test.each(Object.entries(expected))('%s', (kind, summary) => {
    const [from, to] = [
      formulaImage('nst/style', 3, 56, 72, golden.salt),
      formulaImage('nst/content', 3, 64, 48, golden.salt),
    ]
    expectSummary(withColorsOf(from, to, kind as ColorMap), summary, 1e-5, kind)
  })
})
