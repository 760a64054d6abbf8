// Styles in one pass from end to end, with tiny networks: predicted, fitted, mixed, at any strength, as figures; what it says of what does not go together.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import type { Fragment } from '../../src/config/load.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { constant } from '../../src/graph/tensor.ts'
import { type Bitmap, fromPlanar, toPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { sheetOf, stripStrengths } from '../../src/methods/fast-style/figures.ts'
import { sized, stylesOf } from '../../src/methods/fast-style/job.ts'
import { styleMatrix } from '../../src/methods/fast-style/matrix.ts'
import { openPasses } from '../../src/methods/fast-style/passes.ts'
import type { FastStyleFragment } from '../../src/methods/fast-style/schema.ts'
import { openSetting } from '../../src/methods/fast-style/setting.ts'
import { mixedVector, vectorsOf } from '../../src/methods/fast-style/vectors.ts'
import { previewRun } from '../../src/methods/preview.ts'
import { run } from '../../src/methods/runner.ts'
import { openNetworkFile } from '../../src/models/network-file.ts'
import { styleVector } from '../../src/styles/predictor.ts'
import { stylized } from '../../src/styles/transformer.ts'
import { formulaImage } from '../support/formula.ts'
import { filledWith } from '../support/painter-tensors.ts'
import { predictorTensors, transformerTensors } from '../support/style-tensors.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-fast-'))
const at = (name: string) => join(place, name)
afterAll(() => rmSync(place, { recursive: true }))

const [WIDTH, HEIGHT] = [40, 32]
const pictureOf = (name: string, width = WIDTH, height = HEIGHT): Bitmap =>
  fromPlanar(formulaImage(name, 3, height, width), { channels: 3, width, height }, '01', 'round')

function writeNetwork(name: string, tensors: ReadonlyMap<string, { shape: readonly number[]; read(): Float32Array }>) {
  const entries = [...tensors].map(
    ([key, { shape, read }]) => [key, { dtype: 'F32' as const, shape, data: read }] as const,
  )
  writeSafetensors(at(name), Object.fromEntries(entries))
}

beforeAll(async () => {
  makeTinyPack(at('bare'))
  writeNetwork('transformer.safetensors', transformerTensors())
  writeNetwork('predictor.safetensors', predictorTensors())
  writeNetwork('other.safetensors', predictorTensors(7))
  const { keys } = JSON.parse(readFileSync('test/fixtures/johnson.json', 'utf8')) as { keys: Record<string, number[]> }
  writeNetwork('single.safetensors', filledWith('johnson', Object.entries(keys)))
  await writePicture(at('content.png'), pictureOf('content'))
  await writePicture(at('one.png'), pictureOf('one', 50, 30))
  await writePicture(at('two.png'), pictureOf('two', 30, 50))
})

const network = { file: at('transformer.safetensors'), predictor: at('predictor.safetensors') }
const one = { picture: at('one.png') }
const two = { picture: at('two.png') }
const config = (change: Fragment = {}): Fragment => ({
  ...{ method: 'fast-style', input: at('content.png'), threads: 1, network, styles: [one], strip: 0 },
  ...change,
})

let runs = 0
const carryOut = (change: Fragment = {}) => run({ config: config(change), out: at(`run${++runs}`) })

/** What a run paints, without its folder and what is measured of it. */
async function resultOf(change: Fragment = {}): Promise<Bitmap> {
  const setting = openSetting(config(change) as FastStyleFragment)
  const content = sized(pictureOf('content'), setting.config)
  try {
    const styles = await stylesOf(setting.config, () => {})
    const vectors = setting.networks.transformer ? await vectorsOf(setting, content, styles) : []
    const passes = await openPasses(setting, content)
    const weights = setting.config.styles.map(({ weight }) => weight!)
    const vector = vectors.length > 0 ? mixedVector(vectors, weights) : undefined
    return await passes.at(setting.config.strength, vector).finally(() => passes.dispose())
  } finally {
    setting.close()
  }
}

const networkOf = (name: string) =>
  openNetworkFile(at(name), ['style_transformer', 'style_predictor'], 'a network of styles').weights

/** What the networks say when they are asked one by one. */
async function expected(vectors: (styles: Float32Array[]) => Float32Array): Promise<Bitmap> {
  const [predictor, transformer] = [networkOf('predictor.safetensors'), networkOf('transformer.safetensors')]
  const { resize } = await import('../../src/images/resample.ts')
  const found: Float32Array[] = []
  for (const name of ['one.png', 'two.png', 'content.png']) {
    const square = resize(await readPicture(at(name)), 256, 256, 'bilinear')
    const { v } = await runOnce({ v: styleVector(predictor, constant(toPlanar(square, '01'), [1, 3, 256, 256])) })
    found.push(v!)
  }
  const content = constant(toPlanar(pictureOf('content'), '01'), [1, 3, HEIGHT, WIDTH])
  const { y } = await runOnce({ y: stylized(transformer, content, constant(vectors(found), [1, 5])) })
  return fromPlanar(y!, { channels: 3, width: WIDTH, height: HEIGHT }, '01', 'round')
}

const furthest = (a: Bitmap, b: Bitmap) => Math.max(...a.data.map((v, i) => Math.abs(v - b.data[i]!)))

describe('a run', () => {
  it('predicts the style, paints in one pass and leaves pictures and numbers', async () => {
    const { folder, summary } = await carryOut({ strip: 3 })
    expect(readdirSync(folder).sort()).toEqual([
      ...['config.json', 'content.png', 'manifest.json', 'metrics.json', 'report.html'],
      ...['result.png', 'strengths.png', 'style.png'],
    ])
    expect(summary).toMatch(/^style loss left \d+\.\d{3}, content loss \d+\.\d{3}, SSIM to the content -?\d\.\d{3}$/u)
    expect(furthest(await readPicture(join(folder, 'result.png')), await expected(([v]) => v!))).toBeLessThanOrEqual(1)
    const strip = await readPicture(join(folder, 'strengths.png'))
    expect([strip.width, strip.height]).toEqual([3 * 256 + 8, 205])
  })

  it('mixes styles by their vectors', async () => {
    const styles = [{ ...one, weight: 3 }, two]
    const mixed = await expected(([a, b]) => mixedVector([a!, b!], [3, 1]))
    const { folder } = await carryOut({ styles })
    expect(furthest(await readPicture(join(folder, 'result.png')), mixed)).toBeLessThanOrEqual(1)
    expect(furthest(await resultOf({ styles: [one, two] }), mixed)).toBeGreaterThan(1)
  })

  it('is as strong as is asked for, by vectors or by pixels', async () => {
    const half = await expected(([a, , own]) => mixedVector([own!, a!], [1, 1]))
    expect(furthest(await resultOf({ strength: 0.5 }), half)).toBeLessThanOrEqual(1)
    const [content, full] = [pictureOf('content'), await resultOf()]
    const pixels = await resultOf({ strength: 0.5, strengthBy: 'pixels' })
    const middle = content.data.map((v, i) => Math.round((v + full.data[i]!) / 2))
    expect(furthest(pixels, { ...content, data: middle })).toBeLessThanOrEqual(1)
    expect((await resultOf({ strength: 0, strengthBy: 'pixels' })).data).toEqual(content.data)
  })

  it('fits the style where nothing predicts it: what is minimised falls', async () => {
    const notes: string[] = []
    const alone = { file: network.file, predictor: null }
    const { folder } = await run(
      { config: config({ network: alone, fit: { steps: 6, side: 40 } }), out: at('fitted') },
      (event) => event.type === 'note' && notes.push(event.message),
    )
    const [, from, to] = /^style 1 fitted: from (\S+) to (\S+) in 6 steps$/u.exec(
      notes.find((note) => note.includes('fitted'))!,
    )!
    expect(Number(to)).toBeLessThan(0.95 * Number(from))
    const again = await resultOf({ network: alone, fit: { steps: 6, side: 40 } })
    expect(again.data).toEqual((await readPicture(join(folder, 'result.png'))).data)
  })

  it('of a network of one style needs no picture', async () => {
    const single = { file: at('single.safetensors'), predictor: null }
    const result = await resultOf({ network: single, styles: [], size: 64 })
    expect([result.width, result.height]).toEqual([64, 51])
    const half = await resultOf({ network: single, styles: [], strength: 0.5 })
    const [content, full] = [pictureOf('content'), await resultOf({ network: single, styles: [] })]
    expect(
      furthest(half, { ...content, data: content.data.map((v, i) => Math.round((v + full.data[i]!) / 2)) }),
    ).toBeLessThanOrEqual(1)
  })

  it('says before what it would take', async () => {
    const { phases } = await previewRun(config({ fit: { steps: 6, side: 64 }, strip: 5 }))
    expect(phases.map(({ name, runs }) => [name, runs])).toEqual([
      ['fit at 64 px', 6],
      ['40×32 px', 6],
    ])
  })
})

describe('figures', () => {
  it('contents against styles', async () => {
    const picture = await styleMatrix(config({ styles: [one, two], size: 32 }), [at('content.png'), at('two.png')])
    expect([picture.width, picture.height]).toEqual([3 * 256 + 8, 256 + 208 + 256 + 8])
  })

  it('of pictures of any shape on white', () => {
    const sheet = sheetOf(
      [
        [undefined, pictureOf('a', 20, 10)],
        [pictureOf('b', 10, 20), pictureOf('c', 20, 20)],
      ],
      20,
    )
    expect([sheet.width, sheet.height]).toEqual([10 + 4 + 20, 10 + 4 + 20])
    expect([...sheet.data.subarray(0, 3)]).toEqual([255, 255, 255])
    expect(stripStrengths(5)).toEqual([0, 0.25, 0.5, 0.75, 1])
  })
})

describe('what does not go together is one line', () => {
  const single = { file: at('single.safetensors'), predictor: null }
  it.each([
    [{ styles: [] }, /styles: expected at least one style picture, found none/u],
    [
      { network: single },
      /styles: expected no style beside \S+single\.safetensors, which knows one of its own, found 1/u,
    ],
    [
      { network: single, styles: [], strengthBy: 'vector' },
      /strengthBy: expected "pixels" or "auto" with a network of one style/u,
    ],
    [
      { network: { ...network, predictor: at('other.safetensors') } },
      /expected a predictor of 5 numbers[^\n]*found one of 7/u,
    ],
    [
      { network: { file: network.file, predictor: null }, fit: { steps: 0 } },
      /fit\.steps: expected steps to fit the style by/u,
    ],
    [
      { network: { file: null, predictor: at('predictor.safetensors') } },
      /network\.predictor: expected network\.file beside/u,
    ],
    [
      { network: { file: at('predictor.safetensors'), predictor: null } },
      /expected a transformer of styles or a network of one style, found predictor of styles/u,
    ],
    [
      { network: { file: null, predictor: null }, pack: at('bare') },
      /^pack [^\n]*: expected a transformer of styles, found none; name a file/u,
    ],
  ] as [Fragment, RegExp][])('%j', async (change, words) => {
    await expect(carryOut(change)).rejects.toThrow(words)
    await expect(carryOut(change)).rejects.toThrow(/^[^\n]*$/u)
  })
})
