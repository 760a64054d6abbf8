// What is said of a run before it is made: sizes, steps, time and memory, by the graphs alone; and what does not fit.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { costOf, programCost } from '../../src/engine/cost.ts'
import { secondsAt } from '../../src/engine/speed.ts'
import { conv2d } from '../../src/graph/conv.ts'
import { add, mul, relu } from '../../src/graph/elementwise.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { previewRun } from '../../src/methods/preview.ts'
import { resolveStylize } from '../../src/methods/stylize/config.ts'
import { requireScaleMemory, stylizeCost } from '../../src/methods/stylize/cost.ts'
import { featuresOf } from '../../src/methods/stylize/setting.ts'
import { loadPack } from '../../src/models/load.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-preview-'))
beforeAll(async () => {
  makeTinyPack(join(place, 'pack'))
  const pixels = formulaImage('preview', 3, 40, 60)
  await writePicture(join(place, 'a.png'), fromPlanar(pixels, { channels: 3, width: 60, height: 40 }, '01', 'round'))
})
afterAll(() => rmSync(place, { recursive: true }))

describe('the cost of a program', () => {
  const x = input('x', [1, 2, 8, 8])
  const kernel = constant(new Float32Array(4 * 2 * 9), [4, 2, 3, 3])

  it('counts arithmetic, what passes through memory, and the most that is held', () => {
    const y = relu(conv2d(x, kernel, { padding: 1 }))
    const z = mul(add(y, 1), y)
    // The sum takes a place of its own, since y is still needed; the product takes the sum's.
    expect(programCost({ outputs: { z } })).toEqual({
      flops: 2 * 256 * 18,
      moved: 4 * (256 + 256 + 1 + 3 * 256),
      operations: 3,
      held: 4 * (128 + 256 + 256) + 2 * 4 * (72 + 1),
    })
  })

  it('holds a state twice, a fixed input once', () => {
    const next = add(x, input('f', [1, 2, 8, 8]))
    const state = { x: { current: x, next } }
    const [fixed] = next.inputs.slice(1)
    expect(programCost({ outputs: {}, state, fixed: { f: fixed! } }).held).toBeGreaterThanOrEqual(4 * 128 * 3)
  })

  it('adds up by times, and keeps the largest memory', () => {
    const one = { flops: 1, moved: 2, operations: 3, held: 10 }
    const other = { flops: 10, moved: 0, operations: 1, held: 4 }
    expect(
      costOf([
        [one, 2],
        [other, 3],
      ]),
    ).toEqual({ flops: 32, moved: 4, operations: 9, held: 10 })
    expect(secondsAt(one, { flops: 2, bytes: 4, operation: 0.1 })).toBeCloseTo(0.5 + 0.5 + 0.3, 9)
  })
})

const style = { layers: ['relu1_1', 'relu3_1'], weight: 10 }
const fragment = (change: object = {}) => ({
  ...{ method: 'stylize', input: join(place, 'a.png'), pack: join(place, 'pack'), threads: 1 },
  ...{ styles: [{ picture: join(place, 'a.png') }], style, content: { layers: ['relu2_1'] } },
  ...{ size: { scales: [24, 48] }, optimize: { steps: [5, 7] } },
  ...change,
})

describe('a preview', () => {
  it('tells sizes, steps, time and memory, and leaves nothing', async () => {
    const before = readdirSync(place)
    const preview = await previewRun(fragment())
    expect(preview.phases.map(({ name, runs }) => [name, runs])).toEqual([
      ['24×16 px', 5],
      ['48×32 px', 7],
    ])
    expect(preview.seconds).toBeGreaterThan(preview.phases.reduce((sum, { seconds }) => sum + seconds, 0))
    expect(preview.bytes).toBeGreaterThan(preview.phases[1]!.held)
    expect(readdirSync(place)).toEqual(before)
    expect(existsSync('reports/a')).toBe(false)
  })

  it('serves the other method, and refuses what a run would refuse', async () => {
    const portrait = { input: join(place, 'a.png'), pack: join(place, 'pack'), align: { mode: 'none' } }
    const { method, phases } = await previewRun(portrait)
    expect([method.name, phases.map(({ name, runs }) => [name, runs])]).toEqual(['rephotograph', [['64 px', 7]]])
    await expect(previewRun({ method: 'stylize' })).rejects.toThrow('input: expected a picture, found none')
    await expect(previewRun(fragment({ styles: [] }))).rejects.toThrow('expected at least one style picture')
  })
})

describe('a picture that is too large for memory', () => {
  const compact = loadPack('compact')
  afterAll(compact.close)
  const configOf = (tile: 0 | 'auto' | number) => {
    const size = { scales: [256, 3000], tile }
    return resolveStylize({ method: 'stylize', styles: [{ picture: 'any' }], size }, compact)
  }
  const features = featuresOf(configOf(0), compact)
  const side = { width: 1500, height: 1000 }
  const refusal = (tile: 0 | 'auto' | number, available: number): string | undefined => {
    try {
      requireScaleMemory(configOf(tile), features, side, available)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  it('is refused in one line that says what fits, and fits with that', () => {
    const message = refusal(0, 4e9)!
    expect(message).toMatch(
      /^not enough memory: 3000×2000 px needs about 1\d\.\d GB, and 4\.0 GB are there; --set size\.tile=\d+ fits$/u,
    )
    const tile = Number(/tile=(\d+)/u.exec(message)![1])
    expect(tile).toBeGreaterThanOrEqual(512)
    expect(refusal(tile, 4e9)).toBeUndefined()
    expect(refusal(0, 1e8)).toContain('0.1 GB are there; choose a smaller last scale, or end other programs')
  })

  it('is in tiles by itself above two megapixels, within six gigabytes', () => {
    const [small, large] = stylizeCost(configOf('auto'), features, side)
    expect(small!.name).toBe('256×171 px')
    expect(large!.name).toBe('3000×2000 px in 12 tiles of 904×800')
    expect(refusal('auto', 6e9)).toBeUndefined()
  })
})
