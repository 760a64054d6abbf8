// Restoring from end to end with narrow networks of official layout: what a run leaves, finds and says, and what it refuses.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fragment } from '../../src/config/load.ts'
import { createBitmap, fromPlanar } from '../../src/images/bitmap.ts'
import { openPicture, readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { previewRun } from '../../src/methods/preview.ts'
import { resolveRestore, restoreFragment } from '../../src/methods/restore/config.ts'
import { restoreFaces } from '../../src/methods/restore/faces.ts'
import { openSetting } from '../../src/methods/restore/setting.ts'
import { run } from '../../src/methods/runner.ts'
import { importModels } from '../../src/models/index.ts'
import { loadPack } from '../../src/models/load.ts'
import { weightsOf } from '../../src/models/weights.ts'
import { costs, requireMemory } from '../../src/restore/pass.ts'
import { formulaImage } from '../support/formula.ts'
import { importNarrow, narrowFile } from '../support/restore-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-restore-'))
process.env.REPHOTO_CACHE = join(place, 'cache')
const at = (name: string) => join(place, name)
afterAll(() => rmSync(place, { recursive: true }))

const [WIDTH, HEIGHT] = [70, 52]
const pixels = (channels: 1 | 3) =>
  fromPlanar(
    formulaImage('restore/photo', channels, HEIGHT, WIDTH),
    { channels, width: WIDTH, height: HEIGHT },
    '01',
    'round',
  )
const maskOf = (inside: (x: number, y: number) => boolean) =>
  createBitmap(
    WIDTH,
    HEIGHT,
    1,
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (inside(i % WIDTH, Math.floor(i / WIDTH)) ? 255 : 0)),
  )

beforeAll(async () => {
  importNarrow(at('files'), 'old')
  await writePicture(at('color.png'), pixels(3))
  await writePicture(at('gray.png'), pixels(1))
  await writePicture(
    at('mask.png'),
    maskOf((x, y) => Math.abs(x - y) < 3),
  )
  await writePicture(
    at('everything.png'),
    maskOf(() => true),
  )
  await writePicture(
    at('nothing.png'),
    maskOf(() => false),
  )
  await writePicture(at('small.png'), createBitmap(20, 20, 1))
  await writePicture(at('one.png'), createBitmap(1, 1, 3))
})

const config = (change: Fragment = {}): Fragment => ({
  method: 'restore',
  input: at('color.png'),
  pack: 'old',
  threads: 1,
  ...change,
})
const masked = (mask: string) => ({ scratches: { from: 'mask', mask: at(mask) } })

let runs = 0
async function carryOut(change: Fragment = {}) {
  const result = await run({ config: config(change), out: at(`run${++runs}`) })
  const { warnings } = JSON.parse(readFileSync(join(result.folder, 'manifest.json'), 'utf8')) as { warnings: string[] }
  return { ...result, warnings, picture: await readPicture(join(result.folder, 'result.png')) }
}

describe('a run', () => {
  it('fills in what a mask says, keeps each stage, and is the same at any block of queries', async () => {
    const { folder, picture, metrics, summary, warnings } = await carryOut(masked('mask.png'))
    expect(readdirSync(folder).filter((name) => name.endsWith('.png'))).toEqual([
      ...['holed.png', 'input.png', 'mask.png', 'restored.png', 'result.png'],
    ])
    expect([picture.width, picture.height, picture.channels]).toEqual([WIDTH, HEIGHT, 3])
    const share = maskOf((x, y) => Math.abs(x - y) < 3).data.filter((v) => v > 0).length / (WIDTH * HEIGHT)
    expect(metrics!['scratches.share']).toBeCloseTo(share, 9)
    expect(summary).toMatch(/^\d\.\d % damaged, elsewhere changed by \d+\.\d levels$/)
    expect(warnings).toEqual([])
    const holed = await readPicture(join(folder, 'holed.png'))
    expect([...holed.data.subarray(0, 3)]).toEqual([255, 255, 255])
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('filled in by attention')
    const blocks = await carryOut({ ...masked('mask.png'), attention: { block: 7 } })
    expect(Math.max(...picture.data.map((v, i) => Math.abs(v - blocks.picture.data[i]!)))).toBeLessThanOrEqual(1)
  })

  it('stretches tones from black to white as the official code does, or leaves them', async () => {
    const { data } = (await carryOut({ scratches: { from: 'none' } })).picture
    expect([Math.min(...data), Math.max(...data)]).toEqual([0, 255])
    const { metrics } = await carryOut({ scratches: { from: 'none' }, stretch: false })
    expect(metrics!['tone.low']).toBeGreaterThan(0)
  })

  it('says why nothing was filled in', async () => {
    const { warnings, folder } = await carryOut(masked('nothing.png'))
    expect(warnings).toEqual(['nothing was filled in: none: the mask shows no damage, so nothing is filled in'])
    expect(existsSync(join(folder, 'mask.png'))).toBe(false)
    const { warnings: none } = await carryOut({ scratches: { from: 'none' } })
    expect(none).toEqual(['nothing was filled in: not looked for (scratches: none)'])
  })

  it('goes by patches at high resolution, with the damage widened', async () => {
    const wide = await carryOut({ ...masked('mask.png'), highResolution: true })
    const narrow = await carryOut({
      ...masked('mask.png'),
      highResolution: true,
      scratches: { ...masked('mask.png').scratches, grow: 0 },
    })
    expect(wide.metrics!['scratches.share']).toBeGreaterThan(narrow.metrics!['scratches.share']! + 0.1)
    expect(wide.picture.data).not.toEqual(narrow.picture.data)
  })

  it.each([false, true])('damage everywhere gives a picture (high resolution: %s)', async (highResolution) => {
    const { picture } = await carryOut({ ...masked('everything.png'), highResolution })
    expect(new Set(picture.data).size).toBeGreaterThan(1)
  })

  it('looks for damage itself, as far as the threshold says', async () => {
    const share = async (threshold: number) =>
      (await carryOut({ scratches: { threshold } })).metrics!['scratches.share'] as number
    const [low, high] = [await share(0.05), await share(0.95)]
    expect(low).toBeGreaterThan(high)
  })

  it('keeps gray gray and the sides as they are, or rounds them as the official code does', async () => {
    const { picture } = await carryOut({ input: at('gray.png'), scratches: { from: 'none' } })
    expect(picture.channels).toBe(1)
    const rounded = await carryOut({ ...masked('mask.png'), fit: 'resize' })
    expect([rounded.picture.width, rounded.picture.height]).toEqual([64, 48])
  })

  it('writes the file that is named, and stops between two blocks without it', async () => {
    await carryOut({ ...masked('mask.png'), output: { file: at('done.png') } })
    expect((await openPicture(at('done.png'))).bitmap.width).toBe(WIDTH)
    const controller = new AbortController()
    const { status } = await run(
      {
        config: config({ ...masked('mask.png'), attention: { block: 16 }, output: { file: at('stopped.png') } }),
        out: at('stopped'),
      },
      (event) => event.type === 'tile' && event.done === 2 && controller.abort(),
      controller.signal,
    )
    expect(status).toBe('partial')
    expect(existsSync(at('stopped.png'))).toBe(false)
  })

  it('says before how long it takes and in how much memory', async () => {
    const { phases, bytes, seconds, notes } = await previewRun(config(masked('mask.png')))
    expect(phases.map(({ name }) => name)).toEqual(['encode', 'map', 'attend', 'decode'])
    expect(Math.min(bytes, seconds)).toBeGreaterThan(0)
    expect(notes[0]).toMatch(/^damage: \d\.\d % of the photograph, as the mask says$/)
    // Where a mask shows none, nothing is filled in.
    const { phases: fewer } = await previewRun(config(masked('nothing.png')))
    expect(fewer.map(({ name }) => name)).toEqual(['encode', 'map', 'decode'])
  })
})

describe('faces', () => {
  it('are restored and put back, and nothing else is touched', async () => {
    const photograph = await readPicture('examples/antique-b.png')
    const setting = openSetting(restoreFragment(config({ faces: '256', scratches: { from: 'none' } })))
    try {
      const done: number[] = []
      const faces = await restoreFaces(setting, photograph, undefined, (n) => done.push(n))
      expect(faces).toMatchObject({ found: 1, restored: 1, sheet: { width: 256, height: 512 } })
      expect(done).toEqual([1])
      const changed = faces.picture.data.filter(
        (v, i) => Math.abs(v - photograph.data[Math.floor(i / (3 / photograph.channels))]!) > 2,
      )
      expect(changed.length).toBeGreaterThan(100)
    } finally {
      setting.pack.close()
    }
  })

  it('a photograph without any says so', async () => {
    const { warnings, metrics } = await carryOut({ scratches: { from: 'none' }, faces: '256' })
    expect(warnings).toContain('no face was found, so none was restored')
    expect(metrics).toMatchObject({ 'faces.found': 0, 'faces.restored': 0 })
  })
})

describe('refuses in one line, before anything is computed', () => {
  it.each<[string, Fragment, string]>([
    [
      'a mask of another size',
      masked('small.png'),
      "small.png: expected a mask of the photograph's size, 70×52, found 20×20",
    ],
    [
      'a picture of a pixel',
      { input: at('one.png') },
      'one.png: expected a photograph of at least 16 px a side, found 1×1',
    ],
    [
      'a mask without its file',
      { scratches: { from: 'mask' } },
      'expected scratches.mask beside from "mask", found none',
    ],
    [
      'a mask that is not asked for',
      { scratches: { mask: at('mask.png') } },
      'expected from "mask" beside scratches.mask',
    ],
    [
      'a pack without the networks',
      { pack: 'compact', ...masked('mask.png'), highResolution: true },
      'pack compact has no restore_mapping_hr',
    ],
  ])('%s', async (_, change, message) => {
    const out = at(`refused${++runs}`)
    await expect(run({ config: config(change), out })).rejects.toThrow(message)
    expect(existsSync(out)).toBe(false)
  })

  it('a photograph that does not fit into memory', () => {
    const pack = loadPack('old')
    const [encoder, mapping, decoder] = (['restore_vae_a', 'restore_mapping', 'restore_vae_b'] as const).map((role) =>
      weightsOf(pack, role),
    )
    const side = { width: 10_000, height: 10_000 }
    const parts = costs({ encoder: encoder!, mapping: mapping!, decoder: decoder!, kind: 'quality' }, side, undefined)
    expect(() => requireMemory(parts, side, 2e9)).toThrow(
      /^not enough memory: expected \d+\.\d GB to restore 10000×10000 \(100\.0 megapixels\), found 2\.0 GB free; make/,
    )
    pack.close()
  })

  it('networks that do not belong together', async () => {
    const other = narrowFile('mapping_quality', at('wide.safetensors'), (shapes) => {
      shapes.set('model.0.weight', [16, 12, 3, 3])
      shapes.set('model.27.weight', [12, 16, 3, 3])
      shapes.set('model.27.bias', [12])
    })
    importNarrow(at('files'), 'mixed')
    importModels([other], { pack: 'mixed' })
    await expect(
      run({ config: config({ pack: 'mixed', scratches: { from: 'none' } }), out: at('mixed') }),
    ).rejects.toThrow(
      'pack mixed: expected restore_mapping for latents of 8 channels, as restore_vae_a has, found one for 12',
    )
  })

  it('a config of another method', () => {
    expect(() => restoreFragment({ method: 'upscale' })).toThrow('expected a config of the method "restore"')
    expect(resolveRestore({ method: 'restore' }).scratches.from).toBe('auto')
  })
})
