// The shipped experiment on restoration: conditions of two methods, each told of the truth as far as it knows what that is.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPicture } from '../../src/images/read.ts'
import { medianFiltered } from '../../src/methods/restore/median.ts'
import { run } from '../../src/methods/runner.ts'
import { psnr } from '../../src/metrics/psnr.ts'
import { expand } from '../../src/sweep/expand.ts'
import { loadExperiment } from '../../src/sweep/experiment.ts'
import { findInputs } from '../../src/sweep/inputs.ts'
import { importNarrow } from '../support/restore-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-sweep-restore-'))
process.env.REPHOTO_CACHE = join(place, 'cache')
afterAll(() => rmSync(place, { recursive: true }))
beforeAll(() => {
  importNarrow(join(place, 'files'), 'old')
})

const planned = () => {
  const experiment = loadExperiment('experiments/restore.json5', ['pack=old'], 1)
  const inputs = findInputs(experiment.inputs, experiment.base, experiment.folder, { name: 'test' }, () => {})
  return expand(experiment, inputs, 'code')
}

describe('experiments/restore.json5', () => {
  it('is every face under every condition, whichever method that is of', () => {
    const runs = planned()
    expect(runs).toHaveLength(96)
    expect(new Set(runs.map(({ hash }) => hash)).size).toBe(96)
    const truth = { picture: resolve('experiments/sets/damage-heavy/03-truth.png') }
    expect(runs.filter(({ input }) => input === 'heavy-03').map(({ config }) => config)).toMatchObject([
      { method: 'restore', means: 'none', pack: 'old', stretch: false, truth },
      { method: 'restore', means: 'median', truth },
      { method: 'restore', pack: 'old', truth },
      { method: 'upscale', pack: 'compact', size: { scale: 1 }, truth },
    ])
    expect(runs.some(({ config }) => 'stretch' in config && config.method === 'upscale')).toBe(false)
  })

  it('measures how near each came to the truth', async () => {
    const near: Record<string, number> = {}
    for (const { condition, config } of planned().filter(({ input }) => input === 'medium-07')) {
      const { folder, metrics } = await run({ config, out: join(place, condition) })
      const truth = await readPicture((config.truth as { picture: string }).picture)
      expect(metrics!['truth.psnr']).toBeCloseTo(psnr(truth, await readPicture(join(folder, 'result.png'))), 9)
      expect(metrics!['truth.perceptual']).toBeGreaterThan(0)
      expect(metrics!['truth.ssim']).toBeLessThan(1)
      near[condition] = metrics!['truth.psnr']!
    }
    const [given, left] = await Promise.all(
      ['input', 'result'].map((name) => readPicture(join(place, `nothing/${name}.png`))),
    )
    expect(left!.data).toEqual(given!.data)
    // Speckles are what a median is made for.
    expect(near.median).toBeGreaterThan(near.nothing! + 2)
  })
})

describe('means', () => {
  const picture = { width: 5, height: 4, channels: 1 as const }

  it('a median filter takes the middle of each window', () => {
    const data = Uint16Array.from({ length: 20 }, (_, i) => (i * 7919) % 1000)
    const out = medianFiltered({ ...picture, data }, 3)
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 5; x++) {
        const window = [-1, 0, 1].flatMap((dy) =>
          [-1, 0, 1].map((dx) => data[Math.min(3, Math.max(0, y + dy)) * 5 + Math.min(4, Math.max(0, x + dx))]!),
        )
        expect(out.data[y * 5 + x]).toBe(window.toSorted((a, b) => a - b)[4])
      }
  })

  it.each([
    [{ means: 'median', medianSide: 4 }, /medianSide: expected an odd number/u],
    [{ means: 'none', faces: '256' }, /faces: expected faces "none" beside means "none"/u],
  ])('%j is refused', async (change, message) => {
    const config = { method: 'restore', input: 'examples/antique-b.png', ...change }
    await expect(run({ config, out: join(place, 'refused') })).rejects.toThrow(message)
    expect(existsSync(join(place, 'refused'))).toBe(false)
  })
})
