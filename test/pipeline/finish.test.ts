// A result that is enlarged at the end of a run: the picture beside it, what its file says, and packs that can't.

import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { toColor } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import { resize } from '../../src/images/resample.ts'
import { writePicture } from '../../src/images/write.ts'
import { previewRun } from '../../src/methods/preview.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-finish-'))
const [pack, poor] = [join(place, 'pack'), join(place, 'poor')]
const picture = join(place, 'input.png')
const folder = join(place, 'run')
beforeAll(async () => {
  makeTinyPack(poor)
  makeTinyPack(pack)
  copyFileSync('models/compact/upscaler.safetensors', join(pack, 'upscaler.safetensors'))
  const path = join(pack, 'pack.json')
  const json = JSON.parse(readFileSync(path, 'utf8'))
  json.networks.upscaler = { file: 'upscaler.safetensors', licence: 'none', source: 'the compact pack' }
  writeFileSync(path, JSON.stringify(json))
  const pixels = formulaImage('portrait', 1, 80, 80)
  await writePicture(picture, fromPlanar(pixels, { channels: 1, height: 80, width: 80 }, '01', 'round'))
  writeFileSync(
    picture,
    await sharp(readFileSync(picture))
      .withExif({ IFD0: { Artist: 'A. Photographer' } })
      .png()
      .toBuffer(),
  )
})
afterAll(() => rmSync(place, { recursive: true }))

const config = (of: string) => ({ ...tinyConfig(of, picture), optimize: { steps: [1, 2] }, finish: { upscale: true } })

it('leaves the result four times as large beside it, stopped and whole, with what the photograph’s file says', async () => {
  const controller = new AbortController()
  const stop = (event: RunEvent) => {
    if (event.type === 'step' && event.step === 2) controller.abort()
  }
  await run({ config: config(pack), out: folder }, stop, controller.signal)
  expect(existsSync(join(folder, 'result-large-partial.png'))).toBe(true)
  const told: string[] = []
  await resumeRun(folder, (event) => {
    if (event.type === 'note') told.push(event.message)
  })
  expect(existsSync(join(folder, 'result-large-partial.png'))).toBe(false)
  expect(told).toContain('result-large.png: 256 px, enlarged by a network: detail in it is invented')
  const [result, large] = await Promise.all(
    ['result', 'result-large'].map((name) => readPicture(join(folder, `${name}.png`))),
  )
  expect([result!.width, large!.width, large!.height]).toEqual([64, 256, 256])
  // Brought back to its size it is the result, nearly.
  const back = resize(toColor(large!), 64, 64, 'box').data
  const off = toColor(result!).data.reduce((sum, v, i) => sum + Math.abs(v - back[i]!), 0) / back.length
  expect(off).toBeLessThan(12)
  for (const name of ['result', 'result-large']) {
    const { exif } = await sharp(join(folder, `${name}.png`)).metadata()
    expect(exif?.includes('A. Photographer'), name).toBe(true)
  }
  const report = readFileSync(join(folder, 'report.html'), 'utf8')
  expect(report).toContain('The result enlarged by a network: detail in it is invented.')
})

it('is refused of a pack that has no upscaler, before anything is computed', async () => {
  const message = /^pack .*tiny.*upscaler/u
  await expect(previewRun(config(poor))).rejects.toThrow(message)
  const out = join(place, 'none')
  await expect(run({ config: config(poor), out })).rejects.toThrow(message)
  expect(existsSync(out)).toBe(false)
})
