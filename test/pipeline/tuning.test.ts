// Tuning of the generator (pivotal tuning): its gradients by central differences, and a run with it, stopped and continued.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSafetensors } from '../../src/checkpoint/safetensors.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { synthesize } from '../../src/generator/stylegan2.ts'
import { mul, square } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { sum } from '../../src/graph/reduce.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import { constant } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { generatorStart, tunableGenerator } from '../../src/methods/rephotograph/tune/generator.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { readLosses } from '../../src/run/losses.ts'
import { readManifest } from '../../src/run/manifest.ts'
import { readMetrics } from '../../src/run/metrics.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-tuning-'))
const pack = join(place, 'pack')
const picture = join(place, 'input.png')
beforeAll(async () => {
  makeTinyPack(pack)
  const pixels = formulaImage('portrait', 1, 80, 80)
  await writePicture(picture, fromPlanar(pixels, { channels: 1, height: 80, width: 80 }, '01', 'round'))
})
afterAll(() => rmSync(place, { recursive: true }))

it('the gradients of the generator’s weights are those of central differences', () => {
  const store = openSafetensors(join(pack, 'stylegan2.safetensors'))
  const base = new Weights(store, 'stylegan2')
  const { weights, tensors } = tunableGenerator(base)
  const latent = constant(formulaValues('latent', 6 * 32), [1, 6, 32])
  const noise = [4, 8, 8, 16, 16].map((side, i) =>
    constant(formulaValues(`noise/${i}`, side * side), [1, 1, side, side]),
  )
  const { image } = synthesize(weights, latent, noise, 16)
  const loss = sum(mul(square(image), constant(formulaValues('cotangent', sizeOf(image.shape)), image.shape)))
  const feeds: Record<string, Float64Array> = Object.fromEntries(
    Object.entries(generatorStart(base)).map(([name, data]) => [name, Float64Array.from(data)]),
  )
  const seen = [
    'input.input',
    'conv1.conv.weight',
    'convs.0.conv.weight',
    'convs.1.conv.weight',
    'convs.1.conv.modulation.weight',
    'convs.2.noise.weight',
    'convs.3.activate.bias',
    'to_rgbs.1.conv.weight',
    'to_rgb1.bias',
  ].map((key) => `generator/${key}`)
  const slopes = evaluate(
    gradients(
      loss,
      seen.map((name) => tensors[name]!),
    ),
    feeds,
  )
  // So small that hardly a leaky ReLU changes sides.
  const step = 1e-6
  for (const [i, name] of seen.entries()) {
    const data = feeds[name]!
    const at = Math.floor(data.length / 3)
    const moved = (by: number): number => {
      const next = data.slice()
      next[at]! += by
      return evaluate([loss], { ...feeds, [name]: next })[0]![0]!
    }
    const numeric = (moved(step) - moved(-step)) / (2 * step)
    expect(Math.abs(slopes[i]![at]! - numeric), name).toBeLessThan(1e-5 * Math.max(1, Math.abs(numeric)))
  }
  store.close()
})

describe('a run with tuning', () => {
  const tune = { steps: 4, lr: 0.003, locality: { weight: 0.1, reach: 0.5 } }
  const config = { ...tinyConfig(pack, picture), optimize: { steps: [1, 2] }, tune }
  const whole = join(place, 'whole')
  const files = ['final.safetensors', 'losses.csv', 'result.png', 'metrics.json']
  const bytes = (folder: string) =>
    Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]))

  it('ends with a generator of its own, and says what became of the others', async () => {
    const events: RunEvent[] = []
    const result = await run({ config, out: whole }, (event) => events.push(event))
    expect(result).toMatchObject({ status: 'complete', stepsDone: 7, stepsTotal: 7 })
    const steps = events.filter((event) => event.type === 'step')
    expect(steps.map(({ stage, stages, step, totalSteps }) => [stage, stages, step, totalSteps])).toEqual(
      [0, 1, 1, 2, 2, 2, 2].map((stage, i) => [stage, 3, i + 1, 7]),
    )
    const rows = readLosses(join(whole, 'losses.csv'))
    for (const { losses } of rows) {
      const weighted = Object.values(losses.terms).reduce((all, term) => all + term.weighted, 0)
      expect(Math.abs(weighted - losses.total)).toBeLessThan(1e-5 * losses.total)
    }
    const local = rows.map(({ losses }) => losses.terms.locality!.raw)
    expect(local.slice(0, 3)).toEqual([0, 0, 0])
    expect(local[3]).toBeLessThan(1e-5)
    expect(Math.min(...local.slice(4))).toBeGreaterThan(1e-3)
    expect(rows[6]!.losses.total).toBeLessThan(rows[3]!.losses.total)

    const codes = openSafetensors(join(whole, 'final.safetensors'))
    const base = openSafetensors(join(pack, 'stylegan2.safetensors'))
    const tuned = codes.keys().filter((key) => key.startsWith('generator/'))
    expect(tuned.map((key) => key.slice('generator/'.length)).sort()).toEqual(
      base
        .keys()
        .filter((key) => !key.startsWith('style.'))
        .sort(),
    )
    const key = 'convs.0.conv.weight'
    const change = Math.max(...codes.read(`generator/${key}`).map((v, i) => Math.abs(v - base.read(key)[i]!)))
    expect(change).toBeGreaterThan(tune.lr)
    expect(change).toBeLessThan(tune.lr * tune.steps * 1.5)
    codes.close()
    base.close()
    const metrics = readMetrics(whole)!
    expect(metrics['tune.moved']).toBeGreaterThan(0)
    expect(metrics['tune.drift']).toBeGreaterThan(0)
  })

  it.each([3, 5])('stopped after step %i and continued it ends like one that was not', async (stop) => {
    const folder = join(place, `stopped-${stop}`)
    mkdirSync(folder)
    const controller = new AbortController()
    const observer = (event: RunEvent) => {
      if (event.type === 'step' && event.step === stop) controller.abort()
    }
    expect(await run({ config, out: folder }, observer, controller.signal)).toMatchObject({
      status: 'partial',
      stepsDone: stop,
    })
    expect(readdirSync(folder)).toContain('result-partial.png')
    expect(await resumeRun(folder)).toMatchObject({ status: 'complete', stepsDone: 7 })
    expect(bytes(folder)).toEqual(bytes(whole))
  })

  it('whose stages end early says so, and ends as if it had not been stopped', async () => {
    // Nothing falls by nine tenths from one step to the next: every stage has enough after two.
    const enough = { gain: 0.9, window: 1 }
    const short = { ...config, optimize: { steps: [3, 4], enough }, tune: { ...tune, steps: 2 } }
    const reference = join(place, 'enough')
    const events: RunEvent[] = []
    const result = await run({ config: short, out: reference }, (event) => events.push(event))
    expect(result).toMatchObject({ status: 'complete', stepsDone: 6, stepsTotal: 6 })
    const told = events.flatMap((event) => (event.type === 'note' ? [event.message] : []))
    expect(told).toEqual([
      'stage 1 of 3 ends after 2 of 3 steps: nothing gained',
      'stage 2 of 3 ends after 2 of 4 steps: nothing gained',
    ])
    const steps = events.filter((event) => event.type === 'step')
    expect(steps.map(({ stage, totalSteps }) => [stage, totalSteps])).toEqual(
      [9, 8, 8, 6, 6, 6].map((total, i) => [Math.floor(i / 2), total]),
    )
    const { stages } = readManifest(reference)
    expect(stages.map(({ steps, taken }) => [steps, taken])).toEqual([
      [3, 2],
      [4, 2],
      [2, undefined],
    ])
    expect(readFileSync(join(reference, 'report.html'), 'utf8')).toContain(
      'stage 1 after 2 of 3 steps, stage 2 after 2 of 4 steps',
    )
    for (const stop of [2, 5]) {
      const folder = join(place, `enough-${stop}`)
      const controller = new AbortController()
      const observer = (event: RunEvent) => {
        if (event.type === 'step' && event.step === stop) controller.abort()
      }
      await run({ config: short, out: folder }, observer, controller.signal)
      expect(await resumeRun(folder)).toMatchObject({ status: 'complete', stepsDone: 6, stepsTotal: 6 })
      expect(bytes(folder), `after step ${stop}`).toEqual(bytes(reference))
      expect(readManifest(folder).stages).toEqual(stages)
    }
  })
})
