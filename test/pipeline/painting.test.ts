// A run with a colour target and every stage that has numbers, draws or files of its own: they come through losses.csv,
// codes, snapshot, resume and the report as the reference's camera does.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { createBitmap, fromPlanar } from '../../src/images/bitmap.ts'
import { isGray } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import type { ConfigFragment } from '../../src/methods/rephotograph/config.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import { readLosses } from '../../src/run/losses.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-painting-'))
const pack = join(place, 'pack')
const input = join(place, 'input.png')
const mask = join(place, 'mask.png')
const config: ConfigFragment = {
  ...tinyConfig(pack, input),
  sensitivity: 'g',
  target: { color: 'keep' },
  output: { frames: 0 },
  // Fewer networks to compile: this is about the stages.
  losses: { contextual: { weight: 0 }, eye: { weight: 0 } },
  optimize: { steps: [1, 2], cameraLr: 0.001 },
  degradation: {
    blur: { learn: true },
    brushstroke: { lr: 0.01 },
    downsample: {},
    spectral: null,
    response: { perChannel: true, lr: 0 },
    pigment: {},
    vignette: {},
    halation: {},
    fading: {},
    grain: {},
    mask: { file: mask },
  },
}

beforeAll(async () => {
  makeTinyPack(pack)
  const pixels = formulaImage('painting', 3, 80, 80)
  await writePicture(input, fromPlanar(pixels, { channels: 3, height: 80, width: 80 }, '01', 'round'))
  await writePicture(
    mask,
    createBitmap(
      80,
      80,
      1,
      Uint8Array.from({ length: 6400 }, (_, i) => (i < 800 ? 255 : 0)),
    ),
  )
})
afterAll(() => rmSync(place, { recursive: true }))

const exact = ['losses.csv', 'final.safetensors', 'result.png', 'degraded.png', 'target.png']
const bytes = (folder: string) => exact.map((name) => readFileSync(join(folder, name)).toString('base64'))

it('keeps colours, learns what it has, and stopped and continued ends like one that was not', async () => {
  const whole = join(place, 'whole')
  await run({ config, out: whole })
  expect(isGray(await readPicture(join(whole, 'target.png')))).toBe(false)
  expect(isGray(await readPicture(join(whole, 'degraded.png')))).toBe(false)

  const rows = readLosses(join(whole, 'losses.csv'))
  expect(Object.keys(rows[0]!.losses.terms)).toContain('grain')
  const [first, last] = [rows[0]!.camera, rows.at(-1)!.camera]
  for (const name of ['blur.radius', 'brushstroke.scale', 'pigment.matrix[4]', 'vignette.strength', 'grain.level']) {
    expect(last[name], name).not.toBe(first[name])
  }
  expect(last['response.gamma[0]'], 'a learning rate of 0 holds a stage').toBe(1)
  const codes = openCheckpoint(join(whole, 'final.safetensors'))
  expect(codes.shape('camera/pigment.matrix')).toEqual([9])
  codes.close()

  const folder = join(place, 'stopped')
  const controller = new AbortController()
  const stop = (event: { type: string; step?: number }) =>
    event.type === 'step' && event.step === 2 && controller.abort()
  await run({ config, out: folder }, stop, controller.signal)
  expect(readdirSync(folder)).toContain('result-partial.png')
  expect(await resumeRun(folder)).toMatchObject({ status: 'complete', stepsDone: 3 })
  expect(bytes(folder)).toEqual(bytes(whole))
}, 300_000)
