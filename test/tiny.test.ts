// The whole surface in one read: what can be done with the package, each in a line or two, on formula weights and small pictures.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOnce } from '../src/engine/executable.ts'
import { evaluate } from '../src/engine/reference.ts'
import { conv2d } from '../src/graph/conv.ts'
import { mul, relu, square } from '../src/graph/elementwise.ts'
import { gradients } from '../src/graph/gradients.ts'
import { sum } from '../src/graph/reduce.ts'
import { constant, input } from '../src/graph/tensor.ts'
import { fromPlanar } from '../src/images/bitmap.ts'
import { readPicture } from '../src/images/read.ts'
import { writePicture } from '../src/images/write.ts'
import {
  applySettings,
  compareRuns,
  encodeFile,
  exportStep,
  type Fragment,
  loadConfig,
  loadPack,
  readLosses,
  readManifest,
  resumeRun,
  run,
  verifyPack,
} from '../src/index.ts'
import { gramPerPosition } from '../src/losses/gram-style.ts'
import { inferRequest } from '../src/methods/readers.ts'
import { descend } from '../src/optimize/descent.ts'
import { formulaImage } from './support/formula.ts'
import { makeTinyPack } from './support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-tiny-'))
const at = (name: string) => join(place, name)
const portrait = (change: Fragment = {}): Fragment => ({
  input: at('portrait.png'),
  pack: at('pack'),
  align: { mode: 'none' },
  threads: 1,
  optimize: { steps: [2, 2] },
  output: { frames: 2 },
  ...change,
})
beforeAll(async () => {
  makeTinyPack(at('pack'))
  for (const [name, side] of [
    ['portrait', 64],
    ['style', 40],
  ] as const) {
    const pixels = formulaImage(name, 3, side, side)
    await writePicture(at(`${name}.png`), fromPlanar(pixels, { channels: 3, width: side, height: side }, '01', 'round'))
  }
})
afterAll(() => rmSync(place, { recursive: true }))

test('a graph is made of functions, and differentiated into itself', async () => {
  const x = input('x', [1, 1, 3, 3])
  const y = sum(square(relu(conv2d(x, constant([1, 0, 0, -1], [1, 1, 2, 2]), {}))))
  const [slope] = gradients(y, [x])
  const feeds = { x: Float32Array.of(1, 2, 3, 4, 5, 6, 9, 8, 7) }
  const onnx = await runOnce({ y, slope: slope! }, feeds)
  const [plain] = evaluate([y], feeds)
  expect(onnx.y![0]).toBe(plain![0])
  expect(onnx.slope).toHaveLength(9)
})

test('a problem is walked by an optimizer', async () => {
  const x = input('x', [2])
  const problem = {
    ...{ name: 'valley', views: {}, draws: [], held: {}, prepared: {} },
    variables: { x: { tensor: x, rate: input('lr', [1]) } },
    terms: { height: { loss: mul(sum(square(x)), 1), weight: 1 } },
  }
  const course = { problem, steps: [200], seed: 0, start: { x: [1, -2] }, told: [], feeds: () => ({ lr: [0.05] }) }
  const adam = { name: 'adam', betas: [0.9, 0.99], eps: 1e-8 } as const
  const { snapshot } = await descend(course, { optimizer: adam })
  for (const v of snapshot.tensors.x!.data) expect(Math.abs(v)).toBeLessThan(0.05)
})

test('a loss is a function of tensors', () => {
  const features = constant([1, 2, 3, 4], [1, 2, 1, 2])
  expect([...evaluate([gramPerPosition(features)])[0]!]).toEqual([2.5, 5.5, 5.5, 12.5])
})

test('a pack is a set of networks, each proven by a first try', async () => {
  expect(loadPack(at('pack')).roles).toContain('vgg19')
  expect(await verifyPack(at('pack'))).toMatchObject({ ok: true })
})

test('a config is composed, changed key by key, and checked', () => {
  const config = applySettings(loadConfig('antique-gb'), ['optimize.steps=[1,2]'])
  expect(config).toMatchObject({ sensitivity: 'gb', optimize: { steps: [1, 2] } })
  expect(() => applySettings({}, ['optimize.stpes=[1]'])).toThrow('the nearest valid key is optimize.steps')
})

test('a portrait is rephotographed; the run is complete, documented and can be repeated', async () => {
  const { status, files } = await run({ config: portrait(), out: at('one') })
  expect(status).toBe('complete')
  expect((await readPicture(files.result)).width).toBe(64)
  expect(readLosses(at('one/losses.csv'))).toHaveLength(4)
  expect(readManifest(at('one'))).toMatchObject({ method: 'rephotograph', seed: 0, stepsDone: 4 })
})

test('a run that was stopped goes on', async () => {
  const stop = new AbortController()
  await run(
    { config: portrait({ seed: 1 }), out: at('two') },
    ({ type }) => type === 'step' && stop.abort(),
    stop.signal,
  )
  expect(readManifest(at('two')).status).toBe('partial')
  expect((await resumeRun(at('two'))).status).toBe('complete')
})

test('runs are compared', async () => {
  const request = { ...inferRequest([at('one'), at('two')]), title: 'Seeds', out: at('comparison') }
  expect((await compareRuns(request)).page).toBe(at('comparison/report.html'))
})

test('another method is another word in the config', async () => {
  const style = { layers: ['relu1_1'], weight: 100 }
  const size = { scales: [32] }
  const config = {
    ...{ method: 'stylize', input: at('portrait.png'), pack: at('pack'), threads: 1 },
    ...{ styles: [{ picture: at('style.png') }], style, size, optimize: { steps: [3] } },
  }
  expect((await run({ config, out: at('painted') })).status).toBe('complete')
})

test('a portrait is encoded, and a step is exported as ONNX', async () => {
  const { latent } = await encodeFile(portrait(), at('latent.safetensors'))
  expect(latent).toBe(at('latent.safetensors'))
  expect(await exportStep(portrait(), at('step.onnx'))).toBe(at('step.onnx'))
})
