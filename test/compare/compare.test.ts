/** From run folders to numbers: what is read, dropped, summed up and written. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agesOf } from '../../src/compare/ages.ts'
import { configDifferences, flatten, VARIES } from '../../src/compare/config-differences.ts'
import type { ComparisonContent } from '../../src/compare/content.ts'
import { csvOf } from '../../src/compare/csv.ts'
import { curvesOf, thinned } from '../../src/compare/curves.ts'
import { decimalsOf, fixed, signed } from '../../src/compare/format.ts'
import { type Grid, gridOf } from '../../src/compare/grid.ts'
import { metricsOf } from '../../src/compare/metrics.ts'
import { configSection } from '../../src/compare/page-details.ts'
import { recoverySection } from '../../src/compare/page-recovery.ts'
import { parametersOf } from '../../src/compare/parameters.ts'
import { recoveryOf } from '../../src/compare/recovery.ts'
import { costs } from '../../src/compare/resources.ts'
import { type Cell, summarize } from '../../src/compare/summary.ts'
import { readSweep } from '../../src/compare/sweep-file.ts'
import { methods } from '../../src/methods/methods.ts'
import { compareRuns, inferRequest } from '../../src/methods/readers.ts'
import { portraitConfig } from '../../src/methods/rephotograph/config.ts'
import { fabricateSweep } from './fabricate.ts'

const root = mkdtempSync(join(tmpdir(), 'rephoto-compare-'))
const ablation = join(root, 'ablate')
const film = join(root, 'film')
let grid: Grid
let emulsions: Grid

beforeAll(async () => {
  grid = gridOf(readSweep(await fabricateSweep(ablation)), methods)
  emulsions = gridOf(readSweep(await fabricateSweep(film, { emulsions: true, seeds: [0], inputs: 9 })), methods)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const metric = (key: string, of = grid) => metricsOf(of).find((one) => one.key === key)!
const cell = (key: string, condition: string): Cell =>
  summarize(grid, metric(key)).cells.find((one) => one.condition === condition)!

describe('runs in their places', () => {
  it('keeps those that are not complete in the list, with the reason, and out of the numbers', () => {
    expect(grid.runs).toHaveLength(48)
    const broken = grid.runs.filter(({ complete }) => !complete)
    expect(broken.map(({ problem }) => problem)).toEqual([
      'not begun yet',
      'failed after step 8 of 40: loss "contextual" is not a number at step 9',
    ])
    expect(broken.every(({ metrics }) => Object.keys(metrics).length === 0)).toBe(true)
  })

  it('refuses two runs for one place, and conditions that nobody described', () => {
    const { runs, conditions, base } = readSweep(join(ablation, 'sweep.json'))
    expect(() => gridOf({ runs: [...runs, runs[0]!], conditions, base }, methods)).toThrow(
      /one run for each condition/u,
    )
    expect(() => gridOf({ runs, conditions, base: 'nothing' }, methods)).toThrow(/base condition among all, no-eye/u)
    expect(() => gridOf({ runs, conditions: conditions.slice(0, 2), base }, methods)).toThrow(/"no-contextual"/u)
  })
})

describe('summaries', () => {
  it('finds the effects that are there, and no others', () => {
    const identity = cell('identity.input', 'no-eye').difference!
    expect(identity.mean).toBeCloseTo(-0.05, 1)
    expect(identity.low).toBeLessThan(-0.05)
    expect(identity.high).toBeGreaterThan(-0.05)
    expect(identity.mark).toBe('worse')
    expect(identity.improved).toBe(0)
    expect(cell('truth.psnr', 'no-eye').difference!.mark).toBe('worse')
    expect(cell('truth.psnr', 'no-contextual').difference!.mark).toBeNull()
    // Prior's distance rises by exactly 2 and 4, and lower is better.
    expect(cell('prior.latent', 'no-contextual').difference).toMatchObject({ mean: 4, low: 4, high: 4, mark: 'worse' })
    expect(cell('loss.face', 'no-contextual').difference!.mark).not.toBe('better')
  })

  it('pairs by input and seed: the difference of an input with one seed left is that of the other', () => {
    const { pairs, dropped, units } = cell('prior.latent', 'no-eye').difference!
    expect({ pairs, dropped, units: units.length }).toEqual({ pairs: 15, dropped: 1, units: 8 })
    const value = (condition: string, seed: number) => grid.at(condition, '03', seed)!.metrics['identity.input']!
    const unit = cell('identity.input', 'no-eye').difference!.units.find(({ name }) => name === '03')!
    expect(unit.value).toBeCloseTo(value('no-eye', 1) - value('all', 1), 12)
  })

  it('does not count as dropped what was measured nowhere', () => {
    // skin.sibling is null for the first input, everywhere.
    expect(cell('skin.sibling', 'no-eye').difference).toMatchObject({ pairs: 13, dropped: 1 })
  })

  it('averages over inputs of averages over seeds', () => {
    const byHand = grid.inputs.map(
      (input) =>
        (grid.at('all', input, 0)!.metrics['truth.psnr']! + grid.at('all', input, 1)!.metrics['truth.psnr']!) / 2,
    )
    expect(cell('truth.psnr', 'all').level!.mean).toBeCloseTo(byHand.reduce((a, b) => a + b, 0) / 8, 12)
    expect(cell('truth.psnr', 'all').difference).toBeUndefined()
  })

  it('marks nothing where there are few inputs', () => {
    const few = { ...grid, inputs: grid.inputs.slice(0, 5) }
    const { difference } = summarize(few, metric('prior.latent')).cells[2]!
    expect(difference!.low).toBe(4)
    expect(difference!.mark).toBeNull()
  })

  it('takes seeds for units where there is one input', () => {
    const one = { ...grid, inputs: grid.inputs.slice(0, 1) }
    const { difference } = summarize(one, metric('identity.input')).cells[2]!
    expect(difference!.units.map(({ name }) => name)).toEqual(['seed 0', 'seed 1'])
  })

  it('names the networks that a metric shares with a loss', () => {
    const using = (key: string, weight: number): Grid => ({
      ...grid,
      runs: grid.runs.map((run) =>
        run.config
          ? {
              ...run,
              config: {
                ...run.config,
                losses: {
                  ...portraitConfig(run.config).losses,
                  [key]: { ...portraitConfig(run.config).losses?.[key as 'eye'], weight },
                },
              },
            }
          : run,
      ),
    })
    expect(metric('identity.input').shared).toEqual([])
    const withIdentity = using('identity', 0.5)
    expect(metricsOf(withIdentity).find(({ key }) => key === 'identity.input')!.shared).toEqual(['faceRecognitionNet'])
  })
})

describe('what differs', () => {
  it('is what the conditions set, and not what belongs to inputs and seeds', () => {
    expect(configDifferences(grid)).toEqual([
      { key: 'losses.eye.weight', values: ['0.1', '0', '0.1'] },
      { key: 'losses.contextual.weight', values: ['0.1', '0.1', '0'] },
    ])
  })

  it('counts the order of stages, and takes a removed stage for an absent one', () => {
    const leaves = flatten({ degradation: { response: { gamma: 1 }, blur: null, spectral: {} }, list: [1, 2] })
    expect([...leaves]).toEqual([
      ['degradation.response.gamma', '1'],
      ['list', '[1,2]'],
      ['degradation (stages, in order)', '"response → spectral"'],
    ])
  })
})

it('a stage more in one condition is a parameter as any other', () => {
  const stages = (degradation: Record<string, object>) =>
    flatten({ degradation }).get('degradation (stages, in order)')!
  const values = [stages({ blur: {} }), stages({ blur: {}, mask: {} })]
  expect(parametersOf(grid, [{ key: 'degradation (stages, in order)', values }])).toEqual([
    { key: 'degradation (stages, in order)', values: ['blur', 'blur → mask'] },
  ])
})

it('what varies with the input in two conditions is not shown as the same', () => {
  const conditions = ['true', 'half', 'other'].map((name) => ({ name }))
  const differences = [{ key: 'degradation.blur.radius', values: [VARIES, VARIES, '1'] }]
  const page = configSection({ differences, grid: { conditions, base: conditions[0] } } as unknown as ComparisonContent)
  const cells = [...page.text.matchAll(/<td( class="same")?>([^<]+)</gu)].map(([, same, text]) => [
    text,
    same !== undefined,
  ])
  expect(cells).toEqual([
    [VARIES, true],
    [VARIES, false],
    ['1', false],
  ])
})

describe('recovery', () => {
  it('counts how often the best condition has the true value', () => {
    const { factors, others } = recoveryOf(emulsions, metricsOf(emulsions))!
    expect(others).toEqual([])
    expect(factors).toHaveLength(1)
    const [factor] = factors
    expect(factor).toMatchObject({ key: 'degradation.spectral.sensitivity', values: ['"b"', '"gb"', '"g"'] })
    const total = factor!.criteria.find(({ metric: { key } }) => key === 'loss.total')!
    // The wrong emulsion costs 0.1, ten times the noise.
    expect(total.hits).toBe(9)
    expect(total.choices[1]).toEqual({ input: '02', truth: '"gb"', nearest: '"gb"', chosen: '"gb"' })
    // Prior's distance is lowest under "b" whatever is true.
    const prior = factor!.criteria.find(({ metric: { key } }) => key === 'prior.latent')!
    expect(prior.choices.every(({ chosen }) => chosen === '"b"')).toBe(true)
    expect(prior.hits).toBe(3)
    const camera = factor!.matched.find(({ metric: { key } }) => key === 'camera.response.gamma')!
    expect(camera).toMatchObject({ units: 9, improved: 9, mark: 'better' })
    expect(camera.difference.mean).toBeCloseTo(-0.1, 1)
  })

  it('takes the nearest offered number for the true one', () => {
    const radii = [0.5, 1, 2]
    const config = (radius: number, truth: number) => ({
      degradation: { blur: { radius } },
      truth: { degradation: { blur: { radius: truth } } },
    })
    const at = (condition: string, input: string) =>
      ({
        complete: true,
        config: config(Number(condition), input === 'a' ? 1.3 : 1.8),
        metrics: { 'truth.psnr': condition === '1' ? 30 : 20 },
        losses: [],
      }) as unknown as Grid['runs'][number]
    const conditions = radii.map((radius) => ({ name: String(radius) }))
    const made: Grid = {
      conditions,
      base: conditions[0]!,
      inputs: ['a', 'b'],
      seeds: [0],
      runs: conditions.flatMap(({ name }) => ['a', 'b'].map((input) => at(name, input))),
      at: (condition, input) => at(condition, input),
    }
    const psnr = { ...metric('truth.psnr'), shared: [] }
    const [criterion] = recoveryOf(made, [psnr])!.factors[0]!.criteria
    expect(criterion!.choices.map(({ nearest, chosen }) => [nearest, chosen])).toEqual([
      ['1', '1'],
      ['2', '1'],
    ])
    expect(criterion!.hits).toBe(1)
  })

  it('knows how many conditions have the true value, input by input, and asks only where one of them has a number', () => {
    // As many times the truth as the condition's name says; half and twice are never another input's truth.
    const truths: Record<string, number> = { a: 1, b: 2, c: 0.7 }
    const at = (condition: string, input: string) =>
      ({
        complete: true,
        config: {
          degradation: { blur: { radius: Number.parseFloat(condition) * truths[input]! } },
          optimize: { lr: condition === '1.0' ? 1 : 2 },
          truth: { degradation: { blur: { radius: truths[input] } } },
        },
        metrics:
          input === 'c' && condition !== '2' && condition !== '0.5'
            ? {}
            : { 'truth.psnr': Number.parseFloat(condition) },
        losses: [],
      }) as unknown as Grid['runs'][number]
    const conditions = ['1', '1.0', '0.5', '2'].map((name) => ({ name }))
    const inputs = Object.keys(truths)
    const made: Grid = {
      ...{ conditions, base: conditions[0]!, inputs, seeds: [0], at },
      runs: conditions.flatMap(({ name }) => inputs.map((input) => at(name, input))),
    }
    const [criterion] = recoveryOf(made, [{ ...metric('truth.psnr'), shared: [] }])!.factors[0]!.criteria
    expect(criterion).toMatchObject({ hits: 0, chance: 0.5 })
    expect(criterion!.choices.map(({ input, nearest, chosen }) => [input, nearest, chosen])).toEqual([
      ['a', '1', '2'],
      ['b', '2', '4'],
    ])
    // With no condition that has the truth itself, the nearest is one that this input was offered.
    const without = { ...made, conditions: conditions.slice(2) }
    const [nearest] = recoveryOf(without, [{ ...metric('truth.psnr'), shared: [] }])!.factors[0]!.criteria
    expect(nearest!.choices.map((choice) => choice.nearest)).toEqual(['0.5', '1', '0.35'])
    // A table of seven true values by seven chosen ones would say nothing; three films by three say which is mistaken.
    const shown = (of: Grid) =>
      recoverySection({ recovery: recoveryOf(of, metricsOf(of)), grid: of } as ComparisonContent).text
    expect(shown(made)).not.toContain('<table class="confusion">')
    expect(shown(emulsions)).toContain('<table class="confusion">')
  })

  it('judges a key among the conditions that are right in the other ones', () => {
    // Both films with the true blur, the true film with half of it; the wrong film scores best of all.
    const settings: Record<string, [string, number, number]> = {
      right: ['g', 1, 20],
      'the same again': ['g', 1, 20],
      'wrong film': ['b', 1, 30],
      'half the blur': ['g', 0.5, 10],
    }
    const at = (condition: string) => {
      const [sensitivity, radius, score] = settings[condition]!
      const truth = { degradation: { blur: { radius: 1 }, spectral: { sensitivity: 'g' } } }
      const config = { degradation: { blur: { radius }, spectral: { sensitivity } }, truth }
      const run = { complete: true, config, metrics: { 'truth.psnr': score }, losses: [] }
      return run as unknown as Grid['runs'][number]
    }
    const conditions = Object.keys(settings).map((name) => ({ name }))
    const runs = conditions.map(({ name }) => at(name))
    const made: Grid = { conditions, base: conditions[0]!, inputs: ['a'], seeds: [0], runs, at }
    const { factors } = recoveryOf(made, [{ ...metric('truth.psnr'), shared: [] }])!
    expect(factors.map(({ key, criteria }) => [key, criteria[0]!.hits, criteria[0]!.chance])).toEqual([
      ['degradation.blur.radius', 1, 0.5],
      ['degradation.spectral.sensitivity', 0, 0.5],
    ])
    const sides = factors.map(({ matched }) => [matched[0]!.right, matched[0]!.wrong])
    expect(sides).toEqual([
      [20, 10],
      [20, 30],
    ])
  })

  it('is silent where nothing known is varied', () => {
    expect(recoveryOf(grid, metricsOf(grid))).toBeUndefined()
  })
})

describe('ages, cost, curves', () => {
  it('gives the shift of the age', () => {
    const [all] = agesOf(grid)
    expect(all).toMatchObject({ condition: 'all', inputs: 8, input: 60, sibling: 44.5 })
    expect(all!.siblingShift.mean).toBe(-15.5)
    expect(all!.resultShift.high).toBeLessThan(0)
  })

  it('averages times and takes the largest peak', () => {
    expect(costs(grid).map(({ runs, seconds, stepMs, peakMiB }) => [runs, seconds, stepMs, peakMiB])).toEqual([
      [16, 3, 50, 700],
      [15, expect.closeTo(3.4, 9), expect.closeTo(60, 9), 710],
      [15, expect.closeTo(3.8, 9), expect.closeTo(70, 9), 720],
    ])
  })

  it('thins curves evenly, with both ends', () => {
    expect(thinned(5, 10)).toEqual([1, 2, 3, 4, 5])
    expect(thinned(9, 3)).toEqual([1, 5, 9])
    expect(thinned(1, 3)).toEqual([1])
    const curves = curvesOf(grid)!
    expect(curves.terms).toEqual(['total', 'face', 'eye'])
    expect(curves.singles.face).toHaveLength(46)
    const first = curves.singles.face!.filter((_, run) => curves.runs[run]!.condition === 0).map((curve) => curve[0]!)
    expect(curves.means.face![0]![0]).toBeCloseTo(first.reduce((a, b) => a + b, 0) / first.length, 3)
  })
})

describe('numbers as text', () => {
  it('shows as many digits as the intervals bear', () => {
    expect(fixed(-0.0004, 2)).toBe('0.00')
    expect(fixed(4.2e-12, 13)).toBe('4.20 e−12')
    expect(signed(1.234, 2)).toBe('+1.23')
    expect(signed(-1.234, 1)).toBe('−1.2')
    expect(signed(0.001, 2)).toBe('0.00')
    expect(decimalsOf(summarize(grid, metric('identity.input')))).toBe(3)
  })

  it('quotes what CSV must quote, and keeps every digit', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x, "y"', 0.1 + 0.2],
          [null, Number.NaN],
          [true, -0],
        ],
      ),
    ).toBe('a,b\n"x, ""y""",0.30000000000000004\n,\ntrue,0\n')
  })
})

describe('files', () => {
  it('writes the same tables again, byte for byte, whatever happened to times', async () => {
    const read = (out: string, name: string) => readFileSync(join(out, 'tables', name), 'utf8')
    const request = { ...readSweep(join(ablation, 'sweep.json')), title: 'a' }
    const [one, two] = [join(root, 'one'), join(root, 'two')]
    const { tables } = await compareRuns({ ...request, out: one })
    expect(tables.map((path) => path.slice(one.length + 8))).toEqual([
      'metrics.csv',
      'metrics.jsonl',
      'metrics.parquet',
      'summary.csv',
      'configs.csv',
      'runs.csv',
      'paper.tex',
      'paper.md',
    ])
    const copy = join(root, 'moved')
    cpSync(ablation, copy, { recursive: true })
    const manifest = join(copy, 'runs', 'all-01-s0', 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"align": 0.5', '"align": 77'))
    await compareRuns({ ...readSweep(join(copy, 'sweep.json')), title: 'b', out: two })
    for (const name of ['metrics.csv', 'metrics.jsonl', 'metrics.parquet', 'summary.csv', 'configs.csv'])
      expect(read(two, name)).toBe(read(one, name))
    expect(read(two, 'runs.csv')).not.toBe(read(one, 'runs.csv'))
  })

  it('writes the tables that a reader expects', async () => {
    const out = join(root, 'film-report')
    await compareRuns({ ...readSweep(join(film, 'sweep.json')), out })
    const head = (name: string, lines: number) =>
      readFileSync(join(out, 'tables', name), 'utf8')
        .split('\n')
        .slice(0, lines)
        .join('\n')
    expect(head('metrics.csv', 3)).toMatchInlineSnapshot(`
      "condition,input,seed,metric,value,unit
      b,01,0,identity.input,0.615282496213913,
      b,01,0,perceptual.target,0.30698379695415495,"
    `)
    expect(head('summary.csv', 3)).toMatchInlineSnapshot(`
      "metric,condition,unit,better,shares_networks,inputs,values,mean,mean_low,mean_high,pairs,dropped_pairs,units,difference,difference_low,difference_high,mark,improved_units,p_sign_flip,p_holm
      identity.input,b,,higher,,9,9,0.7237892033987575,0.6685627348907371,0.780853210276033,,,,,,,,,,
      identity.input,gb,,higher,,9,9,0.671653119292524,0.6097638657122981,0.7351992647603773,9,0,9,-0.05213608410623342,-0.06268290865776079,-0.04275314052899684,worse,0,0.00390625,0.0078125"
    `)
    expect(head('recovery.csv', 3)).toMatchInlineSnapshot(`
      "key,criterion,input,true_value,nearest_offered,chosen,hit
      degradation.spectral.sensitivity,identity.input,01,b,b,b,true
      degradation.spectral.sensitivity,identity.input,02,gb,gb,b,false"
    `)
    expect(head('configs.csv', 3)).toMatchInlineSnapshot(`
      "key,b,gb,g
      sensitivity,b,gb,g
      degradation.spectral.sensitivity,b,gb,g"
    `)
  })

  it('leaves out what may not be passed on, keeps to its size, and needs nothing from elsewhere', async () => {
    const out = join(root, 'small')
    const request = readSweep(join(ablation, 'sweep.json'))
    const { page, sheet } = await compareRuns({
      ...{ ...request, out, sheet: true },
      ...{ links: false, inputs: false, pictureBytes: 6_000 },
    })
    // Eight inputs; the truth, the sibling and three conditions.
    expect(await sharp(sheet).metadata()).toMatchObject({ width: 92 + 5 * 116, height: 44 + 8 * 116 })
    const text = readFileSync(page, 'utf8')
    const data = JSON.parse(/id="comparison-data">(.*?)<\/script>/u.exec(text)![1]!)
    expect(data.pictures.input).toBeUndefined()
    expect(data.pictures.sources.join('').length).toBeLessThan(48 * 2 * 400)
    expect(data.pictures.views.target).toBeUndefined()
    const ours = text.replaceAll(/<script[\s\S]*?<\/script>/gu, '')
    expect(ours).not.toMatch(/https?:\/\//u)
    expect(ours).not.toMatch(/href="[^#]/u)
    expect(ours).toContain('without &lt;contextual&gt;')
    expect(ours).not.toContain('<contextual>')
  })
})

describe('runs without a sweep', () => {
  it('makes conditions of what their configs set', () => {
    const run = (name: string) => join(ablation, 'runs', name)
    const request = inferRequest([run('no-eye-01-s0'), run('all-01-s0'), run('all-02-s1')], run('all-01-s0'))
    expect(request.base).toBe('base')
    expect(request.runs.map(({ condition, input, seed }) => [condition, input, seed])).toEqual([
      ['base', '01', 0],
      ['losses.eye.weight=0', '01', 0],
      ['base', '02', 1],
    ])
    expect(request.conditions[1]).toEqual({
      name: 'losses.eye.weight=0',
      label: 'eye.weight=0',
      set: { 'losses.eye.weight': 0 },
    })
  })

  it('takes the same change to inputs with different presets for one condition, where there is something to pair', () => {
    const run = (name: string) => join(ablation, 'runs', name)
    const other = (name: string) => join(film, 'runs', name)
    // Input 02 was taken on another film than input 01; both have a run without the change and one with it.
    const same = inferRequest([run('all-01-s0'), other('g-02-s0'), run('no-eye-01-s0'), other('b-02-s0')])
    expect(same.runs.map(({ condition }) => condition)).toEqual([
      'base',
      'base',
      'losses.eye.weight=0',
      'sensitivity=b, degradation.spectral.sensitivity=b',
    ])
    const unpaired = inferRequest([run('all-01-s0'), other('g-02-s0')])
    expect(unpaired.conditions).toHaveLength(2)
  })

  it('keeps repetitions apart, and says what is no run', () => {
    const first = join(ablation, 'runs', 'all-01-s0')
    const again = join(root, 'elsewhere', 'runs', 'all-01-s0')
    const empty = join(root, 'empty')
    mkdirSync(empty)
    expect(() => inferRequest([first, empty])).toThrow(/expected a run, found no manifest.json in it/u)
    expect(() => inferRequest([first], again)).toThrow(/expected the base among the runs/u)
    const two = inferRequest([first, join(film, 'runs', 'b-01-s0')])
    expect(two.runs.map(({ condition, input }) => [condition, input])).toEqual([
      ['base', '01'],
      ['base (2)', '01'],
    ])
  })

  it('says what is wrong with a list', () => {
    const path = join(root, 'sweep.json')
    writeFileSync(path, '{"format": "rephoto-sweep", "formatVersion": 1, "name": 3}')
    expect(() => readSweep(path)).toThrow(/sweep\.json: name: expected a text, found 3; start the sweep again/u)
    writeFileSync(path, 'nothing')
    expect(() => readSweep(path)).toThrow(/expected JSON/u)
  })
})
