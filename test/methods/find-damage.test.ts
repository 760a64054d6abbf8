// A damaged portrait whose scratches the run finds itself: the mask that it leaves, the same after a kill, and a pack without detector.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import { formulaImage } from '../support/formula.ts'
import { narrowFile } from '../support/restore-pack.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-find-damage-'))
const at = (name: string) => join(place, name)
afterAll(() => rmSync(place, { recursive: true }))

beforeAll(async () => {
  makeTinyPack(at('without'))
  cpSync(at('without'), at('pack'), { recursive: true })
  narrowFile('detection', at('pack/scratch_detector.safetensors'), undefined, '')
  const pack = JSON.parse(readFileSync(at('pack/pack.json'), 'utf8')) as { networks: Record<string, object> }
  pack.networks.scratch_detector = {
    ...{ file: 'scratch_detector.safetensors', licence: 'none', source: 'formula' },
    layout: { side: 64, threshold: 0.5 },
  }
  writeFileSync(at('pack/pack.json'), JSON.stringify(pack))
  const side = { channels: 3, width: 64, height: 64 } as const
  await writePicture(at('portrait.png'), fromPlanar(formulaImage('portrait', 3, 64, 64), side, '01', 'round'))
})

const config = (pack: string, find: boolean) => ({
  ...tinyConfig(at(pack), at('portrait.png')),
  degradation: { mask: { find } },
})

it('leaves out what the detector finds, and goes on with the same after a kill', async () => {
  const found = await run({ config: config('pack', true), out: at('found') })
  const plain = await run({ config: config('pack', false), out: at('plain') })
  const mask = await readPicture(at('found/mask.png'))
  const white = mask.data.filter((v) => v === 255).length
  expect(white).toBeGreaterThan(0)
  expect(white).toBeLessThan(64 * 64)
  expect(existsSync(at('plain/mask.png'))).toBe(false)
  expect(readFileSync(found.files.result)).not.toEqual(readFileSync(plain.files.result))
  const controller = new AbortController()
  const stopped = await run(
    { config: config('pack', true), out: at('stopped') },
    (event) => event.type === 'step' && event.step === 2 && controller.abort(),
    controller.signal,
  )
  expect(stopped.status).toBe('partial')
  const resumed = await resumeRun(at('stopped'))
  expect(readFileSync(resumed.files.result)).toEqual(readFileSync(found.files.result))
})

it('a pack without a detector is refused before anything is done', async () => {
  await expect(run({ config: config('without', true), out: at('refused') })).rejects.toThrow('has no scratch_detector')
  expect(existsSync(at('refused'))).toBe(false)
})
