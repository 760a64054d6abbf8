// A damaged portrait whose scratches the run finds itself: the mask that it leaves, the same after a kill, and a pack without detector.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { degradationStages } from '../../src/degrade/degrade.ts'
import { FOUND } from '../../src/degrade/mask.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { constant } from '../../src/graph/tensor.ts'
import { createBitmap, fromPlanar } from '../../src/images/bitmap.ts'
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
    layout: { side: 64, threshold: 0.4 },
  }
  writeFileSync(at('pack/pack.json'), JSON.stringify(pack))
  const side = { channels: 3, width: 64, height: 64 } as const
  await writePicture(at('portrait.png'), fromPlanar(formulaImage('portrait', 3, 64, 64), side, '01', 'round'))
})

const config = (pack: string) => ({
  ...tinyConfig(at(pack), at('portrait.png')),
  degradation: { mask: { find: true } },
})

it('leaves out what the detector finds, and goes on with the same after a kill', async () => {
  const found = await run({ config: config('pack'), out: at('found') })
  const mask = await readPicture(at('found/mask.png'))
  const white = mask.data.filter((v) => v === 255).length
  expect(white).toBeGreaterThan(0)
  expect(white).toBeLessThan(64 * 64)
  const controller = new AbortController()
  const stopped = await run(
    { config: config('pack'), out: at('stopped') },
    (event) => event.type === 'step' && event.step === 2 && controller.abort(),
    controller.signal,
  )
  expect(stopped.status).toBe('partial')
  const resumed = await resumeRun(at('stopped'))
  expect(readFileSync(resumed.files.result)).toEqual(readFileSync(found.files.result))
})

it('where scratches were found, and where a mask says, the old picture stands', () => {
  const white = (places: number[]) =>
    createBitmap(
      2,
      2,
      1,
      Uint8Array.from([0, 1, 2, 3], (i) => (places.includes(i) ? 255 : 0)),
    )
  const files = new Map([
    ['painted.png', white([0])],
    [FOUND, white([3])],
  ])
  const [x, old] = [0.25, -0.5].map((v) => constant(new Float64Array(12).fill(v), [1, 3, 2, 2]))
  const at4 = (mask: object) => {
    const [stage] = degradationStages({ mask } as never, files)
    const [y] = evaluate([stage!.apply(x!, {}, { size: 2, target: undefined, old: () => old!, normal: undefined })])
    return [...y!.subarray(0, 4)]
  }
  expect(at4({ file: null, find: true })).toEqual([0.25, 0.25, 0.25, -0.5])
  expect(at4({ file: 'painted.png', find: true })).toEqual([-0.5, 0.25, 0.25, -0.5])
  expect(at4({ file: 'painted.png', find: false })).toEqual([-0.5, 0.25, 0.25, 0.25])
})

it('a pack without a detector is refused before anything is done', async () => {
  await expect(run({ config: config('without'), out: at('refused') })).rejects.toThrow('has no scratch_detector')
  expect(existsSync(at('refused'))).toBe(false)
})
