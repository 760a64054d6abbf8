// A run whose face is made as old as its input looks: which codes move, what is written of it, and that resuming knows of it.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSafetensors } from '../../src/checkpoint/safetensors.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { portraitConfig } from '../../src/methods/rephotograph/config.ts'
import { keptDirections, writeDirections } from '../../src/methods/rephotograph/edit/direction-file.ts'
import { directionsFor } from '../../src/methods/rephotograph/edit/known.ts'
import { meetAge } from '../../src/methods/rephotograph/edit/move.ts'
import { openSetting } from '../../src/methods/rephotograph/setting.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { sha256File } from '../../src/run/hash.ts'
import { lockFolder } from '../../src/run/lock.ts'
import { readManifest } from '../../src/run/manifest.ts'
import { readMetrics } from '../../src/run/metrics.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-keep-age-'))
const pack = join(place, 'pack')
const picture = join(place, 'input.png')
const step = formulaValues('age', 32, 0.5)
const generator = () => sha256File(join(pack, 'stylegan2.safetensors'))
const cache = process.env.REPHOTO_CACHE
beforeAll(async () => {
  makeTinyPack(pack)
  const pixels = formulaImage('portrait', 1, 80, 80)
  await writePicture(picture, fromPlanar(pixels, { channels: 1, height: 80, width: 80 }, '01', 'round'))
  // Directions that nobody has to learn from two thousand faces.
  process.env.REPHOTO_CACHE = join(place, 'cache')
  const direction = { step, perStep: 5, r2: 0.5 }
  const all = { age: direction, male: direction, smile: direction, yaw: direction }
  writeDirections(keptDirections(generator()), all, generator())
})
afterAll(() => {
  if (cache === undefined) delete process.env.REPHOTO_CACHE
  else process.env.REPHOTO_CACHE = cache
  rmSync(place, { recursive: true })
})

const config = (keep: 'off' | 'start' | 'end') => ({
  ...tinyConfig(pack, picture),
  threads: 1,
  optimize: { steps: [1, 2], lr: 1e-9 },
  age: { keep, layers: [1, 4] as [number, number] },
})
const latentOf = (folder: string, file: string) => {
  const store = openSafetensors(join(folder, file))
  try {
    return { latent: store.read('latent'), age: store.metadata.age }
  } finally {
    store.close()
  }
}
/** By how many steps each layer was moved along the direction; NaN where it was moved elsewhere. */
const stepsOf = (before: Float32Array, after: Float32Array) =>
  Array.from({ length: before.length / 32 }, (_, layer) => {
    const at = (i: number) => after[layer * 32 + i]! - before[layer * 32 + i]!
    const by = at(0) / step[0]!
    return step.every((v, i) => Math.abs(at(i) - by * v) < 1e-4) ? Math.round(1000 * by) / 1000 + 0 : Number.NaN
  })

it('waits while another run learns the directions of the same generator', async () => {
  const path = keptDirections(generator())
  const bytes = readFileSync(path)
  rmSync(path)
  const lock = lockFolder(dirname(path), 'cache')
  const setting = openSetting(portraitConfig(config('start')))
  const told: number[] = []
  const waiting = directionsFor(setting, (done) => told.push(done))
  await setTimeout(50)
  writeFileSync(path, bytes)
  lock.release()
  expect((await waiting).age.perStep).toBe(5)
  expect(told).toEqual([])
  setting.pack.close()
})

it('takes the directions that the pack has, unless they are of another generator', async () => {
  const direction = { step, perStep: 7, r2: 0.5 }
  const all = { age: direction, male: direction, smile: direction, yaw: direction }
  const json = JSON.parse(readFileSync(join(pack, 'pack.json'), 'utf8')) as { networks: Record<string, object> }
  json.networks.directions = { ...json.networks.stylegan2, file: 'directions.safetensors' }
  const own = join(place, 'own')
  cpSync(pack, own, { recursive: true })
  writeFileSync(join(own, 'pack.json'), JSON.stringify(json))
  for (const [of, perStep] of [
    [generator(), 7],
    ['0'.repeat(64), 5],
  ] as const) {
    writeDirections(join(own, 'directions.safetensors'), all, of)
    const setting = openSetting(portraitConfig({ ...config('start'), pack: own }))
    expect((await directionsFor(setting, () => {})).age.perStep).toBe(perStep)
    setting.pack.close()
  }
})

it('moves the first or the last codes, in its layers, and says so', async () => {
  const [off, start, end] = (['off', 'start', 'end'] as const).map((keep) => join(place, keep))
  await run({ config: config('off'), out: off! })
  await run({ config: config('start'), out: start! })
  await run({ config: config('end'), out: end! })
  const before = latentOf(off!, 'initial.safetensors')
  expect(before.age).toBeUndefined()
  expect(readManifest(off!).age).toBeUndefined()

  const { age: kept } = readManifest(start!)
  expect(kept).toMatchObject({ keep: 'start', layers: [1, 4], r2: 0.5 })
  expect(Math.abs(kept!.after - kept!.input)).toBeLessThanOrEqual(Math.abs(kept!.before - kept!.input))
  const metrics = readMetrics(start!)!
  // Of the input and of what it began with, metrics say the same.
  expect(metrics['age.input']).toBeCloseTo(kept!.input, 3)
  expect(metrics['age.sibling']).toBeCloseTo(kept!.after, 3)
  const first = latentOf(start!, 'initial.safetensors')
  const by = Math.round(1000 * kept!.steps) / 1000
  expect(stepsOf(before.latent, first.latent)).toEqual([0, by, by, by, 0, 0, 0, 0, 0, 0])
  expect(JSON.parse(first.age!)).toEqual(kept)

  const { age: atEnd } = readManifest(end!)
  const last = latentOf(end!, 'final.safetensors')
  expect(latentOf(end!, 'initial.safetensors').latent).toEqual(before.latent)
  expect(JSON.parse(last.age!)).toEqual(atEnd)
  const byEnd = Math.round(1000 * atEnd!.steps) / 1000
  expect(stepsOf(latentOf(off!, 'final.safetensors').latent, last.latent)).toEqual([
    ...[0, byEnd, byEnd, byEnd, 0, 0, 0, 0, 0, 0],
  ])
  expect(readMetrics(end!)!['age.result']).toBeCloseTo(atEnd!.after, 3)
})

it.each(['start', 'end'] as const)('stopped and continued, %s ends like a run that was not', async (keep) => {
  const folder = join(place, `${keep}-stopped`)
  mkdirSync(folder)
  const controller = new AbortController()
  const observer = (event: RunEvent) => {
    if (event.type === 'step' && event.step === 2) controller.abort()
  }
  expect((await run({ config: config(keep), out: folder }, observer, controller.signal)).status).toBe('partial')
  expect(readManifest(folder).age?.keep).toBe(keep === 'start' ? 'start' : undefined)
  await resumeRun(folder)
  for (const name of ['initial.safetensors', 'final.safetensors', 'result.png', 'metrics.json'])
    expect(readFileSync(join(folder, name)).equals(readFileSync(join(place, keep, name))), name).toBe(true)
  expect(readManifest(folder).age).toEqual(readManifest(join(place, keep)).age)
})

it('layers that the generator does not have are refused in one line', async () => {
  const wrong = { ...config('start'), age: { keep: 'start' as const, layers: [4, 11] as [number, number] } }
  await expect(run({ config: wrong, out: join(place, 'wrong') })).rejects.toThrow(
    /age\.layers: expected start < end ≤ 10, the layers of a 64 px generator, found \[4, ?11\]/u,
  )
})

it('an age is met where it lies, and the nearest is taken where it is not reached', async () => {
  const ages = (steps: number) => Promise.resolve({ age: 30 + 4 * steps })
  const met = await meetAge(ages, 38, 4)
  expect(Math.abs(met.seen.age - 38)).toBeLessThanOrEqual(1)
  expect((await meetAge(ages, 90, 4)).steps).toBe(3.75)
  // A direction that is the wrong way round is no reason to grow younger.
  expect((await meetAge((steps) => Promise.resolve({ age: 30 - 4 * steps }), 38, 4)).steps).toBe(0)
  expect((await meetAge(ages, 30.4, 4)).steps).toBe(0)
})
