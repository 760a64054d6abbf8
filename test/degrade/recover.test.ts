// Known truth: a picture is degraded with known numbers, and then nothing but the camera descends from its defaults, by
// RAdam, with the stages' own paces and limits. It must come back to the truth.

import { beforeAll, describe, expect, it } from 'vitest'
import { type DegradationConfig, Degrader, degradationStages, stageParameters } from '../../src/degrade/degrade.ts'
import { projected } from '../../src/degrade/stage.ts'
import { Executable, runOnce } from '../../src/engine/executable.ts'
import { add, mul, square, sub } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { reshape } from '../../src/graph/layout.ts'
import { mean } from '../../src/graph/reduce.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { toPlanar } from '../../src/images/bitmap.ts'
import { toColor } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import { resize } from '../../src/images/resample.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { optimizerOf } from '../../src/optimize/optimizers/index.ts'

const SIZE = 64
const optimizer = optimizerOf({ name: 'radam', betas: [0.9, 0.99], eps: 1e-8, warmup: 'none' })
const CAMERA_LR = 0.03
let picture: Tensor

beforeAll(async () => {
  const bitmap = resize(toColor(await readPicture('examples/antique-b.truth.png')), SIZE, SIZE, 'lanczos')
  picture = constant(toPlanar(bitmap, 'pm1'), [1, 3, SIZE, SIZE])
})

/** What the true config makes of the picture; values of parameters are their starts. */
async function degraded(config: DegradationConfig): Promise<Tensor> {
  const stages = degradationStages(config)
  const values = Object.fromEntries(stageParameters(stages).map((p) => [p.fullName, constant(p.start, p.shape)]))
  const normal = (name: string, shape: readonly number[]) =>
    constant(randomStream(1, name).normal(sizeOf(shape)), shape)
  const { y } = await runOnce({ y: new Degrader(stages, picture, values, { normal }).to() })
  return constant(y!, [1, 3, SIZE, SIZE])
}

/** The camera's numbers after descending on a fixed picture. */
async function descended(config: DegradationConfig, target: Tensor, steps: number): Promise<Record<string, number[]>> {
  const stages = degradationStages(config)
  const parameters = stageParameters(stages).filter(({ learn }) => learn)
  const tensors = Object.fromEntries(parameters.map((p) => [p.fullName, input(p.fullName, p.shape)]))
  const drawn: { name: string; shape: readonly number[] }[] = []
  const degrader = new Degrader(stages, picture, tensors, {
    old: () => target,
    normal: (name, shape) => {
      if (drawn.length === 0) drawn.push({ name, shape })
      draw ??= input(name, shape)
      return draw
    },
  })
  let draw: Tensor | undefined
  const difference = mean(square(sub(degrader.to(), target)))
  const loss = [...degrader.likelihoods().values()].reduce(
    (sum, term) => add(sum, mul(reshape(term, []), 0.01)),
    difference,
  )
  const slopes = gradients(
    loss,
    parameters.map((p) => tensors[p.fullName]!),
  )
  const scalars = { adaptive: input('adaptive', [1]), plain: input('plain', [1]) }
  const fade = input('fade', [1])
  const state: Record<string, { current: Tensor; next: Tensor }> = {}
  parameters.forEach((p, i) => {
    const current = tensors[p.fullName]!
    const moments = { m: input(`m/${p.fullName}`, p.shape), v: input(`v/${p.fullName}`, p.shape) }
    const rate = mul(fade, (p.lr ?? CAMERA_LR) * (p.pace ?? 1))
    const next = optimizer.update({ variable: current, gradient: slopes[i]!, moments, scalars, rate })
    state[p.fullName] = { current, next: projected(next.variable, p) }
    state[`m/${p.fullName}`] = { current: moments.m, next: next.moments.m! }
    state[`v/${p.fullName}`] = { current: moments.v, next: next.moments.v! }
  })
  const program = await Executable.compile({ outputs: { loss }, state }, { threads: 1 })
  for (const p of parameters) await program.writeState(p.fullName, [...p.start])
  for (let t = 1; t <= steps; t++) {
    const { adaptive, plain } = optimizer.scalars(t) as { adaptive: number; plain: number }
    const feeds: Record<string, number[] | Float32Array> = {
      adaptive: [adaptive],
      plain: [plain],
      fade: [1 - t / (steps + 1)],
    }
    for (const { name, shape } of drawn) feeds[name] = randomStream(2, name, t).normal(sizeOf(shape))
    await program.run(feeds)
  }
  const found: Record<string, number[]> = {}
  for (const { fullName } of parameters) found[fullName] = [...(await program.readState(fullName))]
  await program.dispose()
  return found
}

/** Degrades with `truth` over `config`, descends from `config`, and gives what was found. */
async function recovered(config: DegradationConfig, truth: DegradationConfig, steps = 800) {
  const complete = Object.fromEntries(
    Object.entries(config).map(([name, stage]) => [name, { ...stage, ...truth[name as keyof DegradationConfig] }]),
  )
  return descended(config, await degraded(complete), steps)
}

function expectNear(found: readonly number[] | undefined, truth: readonly number[], tolerance: number): void {
  expect(found?.length).toBe(truth.length)
  for (const [i, value] of truth.entries()) {
    expect(Math.abs(found![i]! - value), `found ${found!.join(', ')}, true ${truth.join(', ')}`).toBeLessThan(tolerance)
  }
}

describe('the camera is found again', () => {
  it('radius of a blur, of a different start', async () => {
    const found = await recovered({ blur: { learn: true, radius: 0.5 } }, { blur: { radius: 1.5 } })
    expectNear(found['blur.radius'], [1.5], 0.05)
  })

  it('the radius that a fixed blur had, whose kernel is cut at once', async () => {
    const target = await degraded({ blur: { radius: 1.2, kernel: 'gaussian' } })
    const found = await descended({ blur: { learn: true, radius: 0.5, kernel: 'gaussian' } }, target, 400)
    expectNear(found['blur.radius'], [1.2], 0.15)
  })

  it.each(['b', 'gb', 'g'] as const)('spectral shares of a film that saw %s, from another', async (sensitivity) => {
    const start = sensitivity === 'g' ? 'b' : 'g'
    const found = await recovered({ spectral: { learn: true, sensitivity: start } }, { spectral: { sensitivity } })
    expectNear(
      found['spectral.weights'],
      { b: [0, 0, 1], gb: [0, 0.5, 0.5], g: [0.299, 0.587, 0.114] }[sensitivity],
      0.05,
    )
  })

  it('a tone curve for each channel', async () => {
    const found = await recovered(
      { response: { perChannel: true } },
      { response: { gamma: 1.4, offset: 0.1, gain: 0.8 } },
      3000,
    )
    expectNear(found['response.gamma'], [1.4, 1.4, 1.4], 0.1)
    expectNear(found['response.offset'], [0.1, 0.1, 0.1], 0.03)
  })

  it('colours and tones of a varnish', async () => {
    const matrix = [0.9, 0.1, 0, 0.05, 0.9, 0.05, 0, 0.2, 0.8]
    const found = await recovered({ pigment: {} }, { pigment: { matrix, lift: 0.08, contrast: 0.8 } }, 400)
    // The tones that the face has say nothing of the others: lift and slopes are judged by what they do in the middle.
    const middle = [0, 1, 2].map(
      (c) =>
        found['pigment.lift']![c]! + found['pigment.slope']!.slice(6 * c, 6 * c + 3).reduce((a, b) => a + b / 6, 0),
    )
    expectNear(middle, [0.48, 0.48, 0.48], 0.04)
  })

  it('strokes', async () => {
    const bounds = { scale: [8, 48], elongation: [1, 5], strength: [0, 1] } as const
    const start = { scale: 20, bounds: structuredClone(bounds) as never }
    const found = await recovered(
      { brushstroke: start },
      { brushstroke: { scale: 28, elongation: 3.5, strength: 0.6 } },
      150,
    )
    expectNear(found['brushstroke.strength'], [0.6], 0.08)
    expectNear(found['brushstroke.scale'], [28], 3)
    expectNear(found['brushstroke.elongation'], [3.5], 0.8)
  })

  it('amount and tint of fading', async () => {
    const found = await recovered(
      { fading: { tint: [0.6, 0.6, 0.6] } },
      { fading: { amount: 0.35, tint: [0.8, 0.7, 0.5] } },
    )
    expectNear(found['fading.amount'], [0.35], 0.03)
    expectNear(found['fading.tint'], [0.8, 0.7, 0.5], 0.05)
  })

  it('strength and axis of a vignette', async () => {
    const found = await recovered({ vignette: {} }, { vignette: { strength: 0.5, center: [0.2, -0.3] } })
    expectNear(found['vignette.strength'], [0.5], 0.05)
    expectNear(found['vignette.center'], [0.2, -0.3], 0.05)
  })

  it('strength of halation', async () => {
    const found = await recovered({ halation: { threshold: 0.6 } }, { halation: { strength: 0.7 } })
    expectNear(found['halation.strength'], [0.7], 0.05)
  })

  it.each([0.03, 0.12])('level of grain, %d, from another draw', async (level) => {
    const found = await recovered({ spectral: {}, grain: {} }, { grain: { level } })
    expectNear(found['grain.level'], [level], 0.15 * level)
  })

  it('no grain where there was none', async () => {
    const found = await recovered({ spectral: {}, grain: {} }, { grain: { level: 0 } })
    expect(found['grain.level']![0]).toBeLessThan(0.01)
  })
})
