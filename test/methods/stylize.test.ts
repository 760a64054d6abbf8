// Style transfer from end to end on a tiny pack: what a run leaves, that it repeats and resumes byte for byte, its regions and faces,
// and what is said of bad input.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fragment } from '../../src/config/load.ts'
import { createBitmap, fromPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import { withContentColors } from '../../src/methods/stylize/color.ts'
import { resolveStylize, stylizeFragment } from '../../src/methods/stylize/config.ts'
import { scaleSteps } from '../../src/methods/stylize/descend.ts'
import { faceLabels } from '../../src/methods/stylize/faces.ts'
import { paletteDistance } from '../../src/metrics/palette.ts'
import { loadPack } from '../../src/models/load.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { readLosses } from '../../src/run/losses.ts'
import { readManifest } from '../../src/run/manifest.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-stylize-'))
const at = (name: string) => join(place, name)
const picture = async (name: string, width: number, height: number) => {
  const pixels = formulaImage(name, 3, height, width)
  await writePicture(at(`${name}.png`), fromPlanar(pixels, { channels: 3, width, height }, '01', 'round'))
}
beforeAll(async () => {
  makeTinyPack(at('pack'))
  await picture('content', 60, 44)
  await picture('style', 50, 50)
  await picture('other', 40, 64)
  await writePicture(
    at('left.png'),
    half((x) => x < 30),
  )
  await writePicture(
    at('right.png'),
    half((x) => x >= 30),
  )
  await writePicture(at('square.png'), createBitmap(20, 20, 1, new Uint8Array(400).fill(255)))
})
afterAll(() => rmSync(place, { recursive: true }))

function half(isWhite: (x: number) => boolean) {
  return createBitmap(
    60,
    44,
    1,
    Uint8Array.from({ length: 60 * 44 }, (_, i) => (isWhite(i % 60) ? 255 : 0)),
  )
}

const config = (change: Fragment = {}): Fragment => ({
  method: 'stylize',
  input: at('content.png'),
  pack: at('pack'),
  threads: 1,
  styles: [{ picture: at('style.png') }],
  size: { scales: [24, 40] },
  content: { layers: ['relu2_1'] },
  style: { layers: ['relu1_1', 'relu2_1', 'relu3_1'], weight: 100 },
  optimize: { steps: [4, 3], lr: 0.02 },
  keep: { result: 'average' },
  output: { frames: 3 },
  ...change,
})
const exact = ['content.png', 'style.png', 'result.png', 'losses.csv', 'metrics.json']
const bytes = (folder: string) => exact.map((name) => readFileSync(join(folder, name)).toString('base64'))

describe('a style transfer', () => {
  it('leaves what it promises, and takes its losses down', async () => {
    const { status, files, stepsDone } = await run({ config: config(), out: at('whole') })
    expect({ status, stepsDone, files: files.result }).toEqual({
      status: 'complete',
      stepsDone: 7,
      files: at('whole/result.png'),
    })
    expect(readdirSync(at('whole')).sort()).toEqual(
      [...exact, 'config.json', 'frames', 'manifest.json', 'report.html'].sort(),
    )
    const rows = readLosses(at('whole/losses.csv'))
    expect(rows.map(({ stage }) => stage)).toEqual([0, 0, 0, 0, 1, 1, 1])
    expect(Object.keys(rows[0]!.losses.terms)).toEqual([
      'content.relu2_1',
      'style.relu1_1',
      'style.relu2_1',
      'style.relu3_1',
    ])
    expect(rows[3]!.losses.total).toBeLessThan(rows[0]!.losses.total)
    expect(rows[6]!.losses.total).toBeLessThan(rows[4]!.losses.total)
    const { width, height } = await readPicture(at('whole/result.png'))
    expect([width, height]).toEqual([40, 29])
    expect(readManifest(at('whole'))).toMatchObject({ method: 'stylize', stages: [{ steps: 4 }, { steps: 3 }] })
    const report = readFileSync(at('whole/report.html'), 'utf8')
    for (const words of ['Gram matrices (neural-style)', 'alt="Content: The picture', 'between content and result'])
      expect(report).toContain(words)
  })

  it('repeated from its own config is the same, byte for byte', async () => {
    const again = JSON.parse(readFileSync(at('whole/config.json'), 'utf8')) as Fragment
    await run({ config: again, out: at('again') })
    expect(bytes(at('again'))).toEqual(bytes(at('whole')))
  })

  it.each([0, 2, 3, 4, 6])('stopped after step %i and resumed is the same, byte for byte', async (step) => {
    const folder = at(`stopped-${step}`)
    const controller = new AbortController()
    const partial = await run(
      { config: config(), out: folder },
      (event) => {
        if (event.type === 'phase' && event.name === 'compile' && step === 0) controller.abort()
        if (event.type === 'step' && event.step === step) controller.abort()
      },
      controller.signal,
    )
    expect(partial).toMatchObject({ status: 'partial', stepsDone: step })
    expect(existsSync(join(folder, 'result-partial.png'))).toBe(true)
    await resumeRun(folder)
    expect(bytes(folder)).toEqual(bytes(at('whole')))
  })

  it('whose scales end early is resumed byte for byte, too', async () => {
    const short = config({ optimize: { steps: [4, 5], lr: 0.02, enough: { gain: 0.9, window: 1 } } })
    const done = await run({ config: short, out: at('enough') })
    expect(done).toMatchObject({ status: 'complete', stepsDone: 4, stepsTotal: 4 })
    const taken = [
      { steps: 4, taken: 2 },
      { steps: 5, taken: 2 },
    ]
    expect(readManifest(at('enough')).stages).toEqual(taken)
    for (const step of [2, 3]) {
      const folder = at(`enough-${step}`)
      const controller = new AbortController()
      const observer = (event: RunEvent) => {
        if (event.type === 'step' && event.step === step) controller.abort()
      }
      expect(await run({ config: short, out: folder }, observer, controller.signal)).toMatchObject({ stepsDone: step })
      await resumeRun(folder)
      expect(bytes(folder)).toEqual(bytes(at('enough')))
      expect(readManifest(folder)).toMatchObject({ stages: taken, stepsTotal: 4 })
    }
  })

  it('in tiles gives the picture that it gives without, and is resumed byte for byte', async () => {
    const size = { scales: [24, 40], tile: 32 }
    const change = { size, variation: { weight: 1e-4 }, optimize: { steps: [2, 3], lr: 0.02 } }
    await run({ config: config(change), out: at('tiles') })
    await run({ config: config({ ...change, size: { ...size, tile: 0 } }), out: at('untiled') })
    const [tiled, untiled] = await Promise.all(
      ['tiles', 'untiled'].map((name) => readPicture(at(`${name}/result.png`))),
    )
    const most = tiled!.data.reduce((far, v, i) => Math.max(far, Math.abs(v - untiled!.data[i]!)), 0)
    expect(most).toBeLessThanOrEqual(1)
    const controller = new AbortController()
    await run(
      { config: config(change), out: at('tiles-stopped') },
      (event) => event.type === 'step' && event.step === 4 && controller.abort(),
      controller.signal,
    )
    await resumeRun(at('tiles-stopped'))
    expect(bytes(at('tiles-stopped'))).toEqual(bytes(at('tiles')))
  })

  it('that is changed in between is not gone on with', async () => {
    cpSync(at('style.png'), at('kept.png'))
    const controller = new AbortController()
    const folder = at('changed')
    const styles = [{ picture: at('kept.png') }]
    await run(
      { config: config({ styles }), out: folder },
      ({ type }) => type === 'step' && controller.abort(),
      controller.signal,
    )
    cpSync(at('other.png'), at('kept.png'))
    await expect(resumeRun(folder)).rejects.toThrow(/kept\.png|styles/u)
  })

  it.each([
    ['L-BFGS', { optimize: { steps: [4], lr: 1, optimizer: { name: 'lbfgs' } } }],
    ['moments from noise', { style: { statistics: 'moments', layers: ['relu1_1'] }, start: { from: 'noise' } }],
    ['Wasserstein', { style: { statistics: 'wasserstein', layers: ['relu1_1'], weight: 1 }, start: { from: 'style' } }],
    ['total variation and pixels', { variation: { weight: 1e-4, form: 'squared' }, pixels: { weight: 1 } }],
    ['two styles of one place', { styles: [{ picture: at('style.png') }, { picture: at('other.png'), weight: 3 }] }],
    ['content alone', { styles: [], style: { weight: 0 }, start: { from: 'noise' } }],
    ['L2 pooling', { network: { pooling: 'l2', border: 'zero' } }],
  ])('with %s ends, with losses that fall', async (name, change) => {
    await run({ config: config({ size: { scales: [24] }, optimize: { steps: [4] }, ...change }), out: at(name) })
    const totals = readLosses(join(at(name), 'losses.csv')).map(({ losses }) => losses.total)
    expect(totals.at(-1)!).toBeLessThan(totals[0]!)
  })

  it('styles regions each by its own', async () => {
    const regions = (left: string, right: string) => [
      { picture: at(left), region: at('left.png') },
      { picture: at(right), region: at('right.png') },
    ]
    const [one, other] = await Promise.all(
      (['style.png other.png', 'other.png style.png'] as const).map(async (pair, i) => {
        const [left, right] = pair.split(' ') as [string, string]
        const styles = regions(left, right)
        const size = { scales: [48] }
        const out = at(`regions-${i}`)
        const content = { weight: 0 }
        await run({ config: config({ styles, size, content, optimize: { steps: [6] } }), out })
        return readPicture(join(out, 'result.png'))
      }),
    )
    expect(Buffer.compare(one!.data, other!.data)).not.toBe(0)
  })
})

it('the face is skin, brows, eyes, nose and mouth, by the names that a parser has for them', () => {
  const { classes } = loadPack('compact').layout('bisenet')
  expect([...faceLabels(classes)].map((label) => classes![label])).toEqual([
    ...['skin', 'brows', 'eyes', 'glasses', 'nose', 'mouth', 'upper lip', 'lower lip'],
  ])
  expect(faceLabels(undefined).has(17)).toBe(false)
})

describe('colours', () => {
  it('of the content, its luminance aside', () => {
    const red = createBitmap(1, 1, 3, Uint8Array.of(200, 20, 20))
    const gray = createBitmap(1, 1, 3, Uint8Array.of(74, 74, 74))
    expect([...withContentColors(gray, red).data]).toEqual([200, 20, 20])
  })

  it('are as far apart as they look, wherever they lie', () => {
    const ramp = createBitmap(
      256,
      1,
      3,
      Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
    )
    const turned = createBitmap(
      16,
      16,
      3,
      Uint8Array.from({ length: 768 }, (_, i) => 255 - Math.floor(i / 3)),
    )
    expect(paletteDistance(ramp, turned)).toBeCloseTo(0, 6)
    const plain = (level: number) => createBitmap(1, 1, 3, new Uint8Array(3).fill(level))
    expect(paletteDistance(plain(0), plain(255))).toBeCloseTo(100 / 3, 3)
  })
})

it('with nothing but a size is complete: a small one has one scale, a large one two', () => {
  const pack = loadPack('compact')
  for (const scales of [[128], [128, 256], [128, 256, 512]]) {
    const said = { method: 'stylize', styles: [{ picture: 'a.png' }], size: { scales } } as const
    const config = resolveStylize(stylizeFragment(said), pack)
    expect(scaleSteps(config)).toEqual(scales.map(() => 150))
  }
  pack.close()
})

describe('bad input is told in one line, and leaves nothing', () => {
  it.each([
    [
      'no style',
      { styles: [] },
      'styles: expected at least one style picture, found none; name it with --style, or set style.weight=0',
    ],
    ['no picture', { styles: [{ picture: at('pack/pack.json') }] }, /pack\.json: .*picture/u],
    [
      'a layer that is not there',
      { content: { layers: ['relu3_5'] } },
      /content\.layers\.0: expected .*relu.*, found "relu3_5"/u,
    ],
    [
      'a layer below the network',
      { network: { role: 'vgg16' }, content: { layers: ['relu3_4'] } },
      /content\.layers: expected a layer of vgg16.*found "relu3_4"; the nearest is "(?:relu|conv)/u,
    ],
    [
      'a mask of another shape',
      { styles: [{ picture: at('style.png'), region: at('square.png') }] },
      /square\.png: expected a mask of the shape of the content, 40×29, found 20×20/u,
    ],
    [
      'fewer regions than styles',
      { styles: [{ picture: at('style.png'), region: at('left.png') }, { picture: at('other.png') }] },
      'styles: expected a region for each of 2 styles or for none, found 1',
    ],
    [
      'weights for other layers',
      { style: { layers: ['relu1_1'], layerWeights: [1, 2] } },
      'style.layerWeights: expected 1 weights, as there are layers, found 2',
    ],
    [
      'tiles that are too small',
      { size: { tile: 20 } },
      'size.tile: expected at least 32, for what the network sees around each place, found 20; 0 computes without tiles',
    ],
    [
      'tiles with L-BFGS',
      { size: { tile: 64 }, optimize: { optimizer: { name: 'lbfgs' } } },
      'size.tile: expected a first-order optimizer for tiles, found "lbfgs", whose memory is as large as the picture; use adam, or 0',
    ],
    ['a key of another method', { degradation: { blur: null } }, /unknown key/u],
  ])('%s', async (name, change, message) => {
    const out = at(`bad-${name}`)
    const failure = run({ config: config(change as Fragment), out })
    await expect(failure).rejects.toThrow(message)
    await failure.catch((error: Error) => expect(error.message).not.toContain('\n'))
    expect(existsSync(out)).toBe(false)
  })

  it('a picture of one pixel', async () => {
    await writePicture(at('pixel.png'), createBitmap(1, 1, 3, Uint8Array.of(1, 2, 3)))
    await expect(run({ config: config({ input: at('pixel.png') }), out: at('pixel') })).rejects.toThrow(
      /pixel\.png: expected a picture of at least 8 px a side.*found 1×1/u,
    )
    expect(existsSync(at('pixel'))).toBe(false)
  })
})
