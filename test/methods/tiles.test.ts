// A picture that is computed tile by tile has the losses and slopes of the whole, wherever the grid lies.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Executable } from '../../src/engine/executable.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { vggFeatures, vggReach } from '../../src/features/vgg.ts'
import { ancestors, gradients } from '../../src/graph/gradients.ts'
import { constant, type Tensor } from '../../src/graph/tensor.ts'
import { resolveStylize } from '../../src/methods/stylize/config.ts'
import { type Region, stylizeProblem } from '../../src/methods/stylize/problem.ts'
import type { StylizeFragment } from '../../src/methods/stylize/schema.ts'
import { featuresOf } from '../../src/methods/stylize/setting.ts'
import { TiledEvaluation } from '../../src/methods/stylize/tiles/evaluation.ts'
import { gridOf, tileCount, tilesOf } from '../../src/methods/stylize/tiles/grid.ts'
import { planTiles } from '../../src/methods/stylize/tiles/plan.ts'
import { type LoadedPack, loadPack } from '../../src/models/load.ts'
import { weightsOf } from '../../src/models/weights.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { outputsOf, weightedTotal } from '../../src/optimize/step.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-tiles-'))
let pack: LoadedPack
beforeAll(() => {
  makeTinyPack(join(place, 'pack'))
  pack = loadPack(join(place, 'pack'))
})
afterAll(() => {
  pack.close()
  rmSync(place, { recursive: true })
})

describe('the grid', () => {
  const margin = { stride: 16, halo: 80 }

  it.each([
    [3000, 2000, 1152],
    [5000, 300, 1024],
    [203, 190, 192],
    [1025, 1031, 1024],
  ])('covers %i×%i once, with windows of at most %i that reach far enough', (width, height, most) => {
    const grid = gridOf({ width, height }, most, margin)
    for (const step of [1, 2, 3, 4, 5]) {
      const tiles = tilesOf(grid, randomStream(0, 'tiles', step))
      expect(tiles).toHaveLength(tileCount(grid))
      const area = tiles.reduce((sum, { x, y }) => sum + (x.to - x.from) * (y.to - y.from), 0)
      expect(area).toBe(width * height)
      for (const tile of tiles)
        for (const [axis, side] of [
          ['x', width],
          ['y', height],
        ] as const) {
          const { start, from, to } = tile[axis]
          const end = start + grid[axis].window
          expect(grid[axis].window).toBeLessThanOrEqual(most)
          expect([start % 16, from % 16, to === side ? 0 : to % 16]).toEqual([0, 0, 0])
          expect(start === 0 || start <= from - 80).toBe(true)
          expect(end === side || end >= to + 80).toBe(true)
          expect(to).toBeGreaterThan(from)
        }
    }
  })

  it('moves from step to step', () => {
    const grid = gridOf({ width: 3000, height: 2000 }, 1152, margin)
    const places = [1, 2, 3, 4, 5, 6].map((step) => tilesOf(grid, randomStream(0, 'tiles', step))[0]!.x.to)
    expect(new Set(places).size).toBeGreaterThan(1)
  })

  it('knows how far features see: a pixel further off changes nothing, the last one does', () => {
    const weights = weightsOf(pack, 'vgg19')
    for (const layer of ['relu1_2', 'relu2_1', 'relu3_4', 'conv4_2'] as const) {
      const { stride, before, after } = vggReach('vgg19', layer)
      const width = 160
      const at = Math.ceil(before / stride) + 1
      const seen = (pixel: number): number => {
        const row = new Float64Array(3 * width * 16).fill(0.5)
        for (let y = 0; y < 16; y++) row[y * width + pixel] = 2
        const [map] = vggFeatures('vgg19', weights, constant(row, [1, 3, 16, width]), [layer], { pooling: 'average' })
        const [channels, h, w] = map!.shape.slice(1) as [number, number, number]
        const values = evaluate([map!])[0]!
        return Array.from({ length: channels * h }, (_, i) => values[i * w + at]!).reduce((a, b) => a + b, 0)
      }
      const nothing = seen(width - 1)
      expect(seen(at * stride - before - 1)).toBe(nothing)
      expect(seen(at * stride + after + 1)).toBe(nothing)
      expect(seen(at * stride - before)).not.toBe(nothing)
      expect(seen(at * stride + after)).not.toBe(nothing)
    }
  })
})

const side = { width: 192, height: 180 }
const styleSides = { width: 120, height: 150 }
const plain: Region[] = [{ masked: false, styles: [{ style: 0, side: styleSides, weight: 1, masked: false }] }]

describe('losses and slopes tile by tile', () => {
  it.each([
    ['Gram matrices to relu3_1', {}, plain, 64],
    ['all layers, one window beyond the picture', { style: { layers: ['relu1_1', 'relu5_1'] } }, plain, 192],
    ['moments', { style: { statistics: 'moments' } }, plain, 80],
    ['Wasserstein', { style: { statistics: 'wasserstein' } }, plain, 80],
    ['maxima, zeros around', { network: { pooling: 'max', border: 'zero' }, content: { form: 'half-sum' } }, plain, 64],
    ['pixels and variation', { variation: { weight: 1e-3 }, pixels: { weight: 2 } }, plain, 100],
    [
      'two styles in two regions, one mixed',
      {},
      [
        { masked: true, styles: [{ style: 0, side: styleSides, weight: 1, masked: true }] },
        {
          masked: true,
          styles: [
            { style: 1, side: { width: 90, height: 90 }, weight: 1, masked: false },
            { style: 2, side: { width: 64, height: 70 }, weight: 3, masked: false },
          ],
        },
      ] satisfies Region[],
      72,
    ],
  ])('are those of the whole: %s', async (_, change, regions, most) => {
    const fragment = {
      method: 'stylize',
      pack: join(place, 'pack'),
      styles: [{ picture: 'any' }],
      content: { layers: ['relu2_2', 'relu3_1'] },
      style: { layers: ['relu1_1', 'relu2_1', 'relu3_1'], weight: 1e3 },
    }
    const merged = Object.fromEntries(
      [...new Set([...Object.keys(fragment), ...Object.keys(change)])].map((key) => {
        const [own, other] = [fragment, change].map((from) => (from as Record<string, unknown>)[key])
        return [key, other === undefined ? own : typeof own === 'object' ? { ...own, ...(other as object) } : other]
      }),
    )
    const config = resolveStylize(merged as StylizeFragment, pack)
    // The reach of relu5_1 fills this picture; content then stays shallow.
    const deep = config.style.layers.includes('relu5_1')
    const features = featuresOf(config, pack)
    const contentWeighted = regions.length > 1
    const given: Record<string, Float32Array> = { content: formulaImage('tiles/content', 3, side.height, side.width) }
    const pixels = formulaImage('tiles/pixels', 3, side.height, side.width)
    for (const { styles } of regions)
      for (const { style, side: own } of styles)
        given[`style/${style}`] = formulaImage(`tiles/${style}`, 3, own.height, own.width)

    const whole = stylizeProblem({ config, features, side, regions, contentWeighted })
    const weights = Object.fromEntries(
      [...Object.entries(whole.held), ...inputsOf(whole.prepared)].flatMap(([name, { shape }]) =>
        name.includes('weights/') ? [[name, spread(name, shape[1]!)]] : [],
      ),
    )
    const total = weightedTotal(whole.terms)
    const [slope] = gradients(total, [whole.variables.pixels!.tensor])
    const prepare = await Executable.compile({ outputs: whole.prepared })
    const targets = await prepare.run({ ...given, ...weights })
    await prepare.dispose()
    const termWeights = Object.fromEntries(
      Object.entries(whole.terms).map(([term, { weight }]) => [`weight/${term}`, [weight]]),
    )
    const executable = await Executable.compile({ outputs: { ...outputsOf(whole, total), slope: slope! } })
    const expected = await executable.run({ pixels, ...targets, ...weights, ...termWeights })
    await executable.dispose()

    const options = { config, kind: 'vgg19', features, side, regions, most, seed: 0 } as const
    const plan = planTiles(options)
    expect(tileCount(plan.grid)).toBeGreaterThan(deep ? 0 : 3)
    const evaluation = await TiledEvaluation.open(options, plan, {})
    await evaluation.prepare({ ...given, ...weights })
    // Covariances from sums of products lose a digit to those of centred features, in single precision.
    const gate = config.style.statistics === 'wasserstein' ? 5e-4 : 1e-4
    for (const t of [1, 2]) {
      const out = await evaluation.run(t, { pixels, ...termWeights })
      for (const name of ['loss/total', ...Object.keys(whole.terms).map((term) => `loss/${term}`)])
        expect(apart(out[name]!, expected[name]!), name).toBeLessThan(gate)
      expect(apart(out['slope/pixels']!, expected.slope!)).toBeLessThan(gate)
    }
    await evaluation.dispose()
  })
})

it('normalised gradients pull as hard as their weights say', async () => {
  const pulled = async (content: number) => {
    const config = resolveStylize(
      {
        ...{ method: 'stylize', pack: join(place, 'pack'), gradients: 'normalized' },
        ...{ style: { weight: 0 }, content: { weight: content, layers: ['relu1_1'] } },
      } as StylizeFragment,
      pack,
    )
    const sides = { width: 16, height: 16 }
    const features = featuresOf(config, pack)
    const problem = stylizeProblem({ config, features, side: sides, regions: [], contentWeighted: false })
    const total = weightedTotal(problem.terms)
    const [slope] = gradients(total, [problem.variables.pixels!.tensor])
    const [target] = evaluate(Object.values(problem.prepared), { content: formulaImage('tiles/content', 3, 16, 16) })
    const feeds = {
      pixels: formulaImage('tiles/pixels', 3, 16, 16),
      'target/content/relu1_1': Float32Array.from(target!),
      'weight/content.relu1_1': [content],
    }
    return Float32Array.from(evaluate([slope!], feeds)[0]!)
  }
  const [one, four] = [await pulled(1), await pulled(4)]
  expect(
    apart(
      four,
      one.map((v) => 4 * v),
    ),
  ).toBeLessThan(1e-5)
})

/** Inputs that tensors are made of, by name. */
function inputsOf(tensors: Readonly<Record<string, Tensor>>): [string, Tensor][] {
  return ancestors(Object.values(tensors)).flatMap((t) => (t.op === 'Input' ? [[t.name!, t]] : []))
}

/** Weights of places: those of statistics add up to 1. */
function spread(name: string, count: number): Float32Array {
  const values = formulaValues(name, count).map((v) => Math.abs(v) + 0.1)
  const sum = name.startsWith('content') ? 1 : values.reduce((a, b) => a + b, 0)
  return values.map((v) => v / sum)
}

/** Norm of the difference over the norm. */
function apart(got: Float32Array, expected: Float32Array): number {
  const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0))
  return norm(expected.map((v, i) => v - got[i]!)) / norm(expected)
}
