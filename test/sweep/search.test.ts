// Searches on the tiny pack: what is tried depends on the file and its results alone, also after a kill.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMetrics } from '../../src/run/metrics.ts'
import { readIndex, readSearch } from '../../src/sweep/folder.ts'
import { layOut } from '../../src/sweep/layout.ts'
import { resultsOf } from '../../src/sweep/trials.ts'
import { type Ended, rephoto } from '../cli/spawn.ts'
import { makeExperiment, writeExperiment } from './experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-search-'))
const whole = join(place, 'whole')
afterAll(() => rmSync(place, { recursive: true, force: true }))

const space = {
  'losses.eye.weight': { low: 0.01, high: 1, log: true },
  'degradation.blur.kernel': ['reference', 'gaussian'],
  'optimize.lr': { low: 0.001, high: 0.1, log: true },
}
const search = { method: 'tpe', budget: 3, startup: 2, together: 1, metric: 'loss.total', direction: 'minimize', space }
const content = (change: object = {}) => ({
  base: { pack: './pack', optimize: { steps: [1, 1] }, output: { frames: 0 } },
  inputs: [{ set: 'set', take: 1 }],
  conditions: { search: { ...search, ...change } },
})

let ended: Ended

beforeAll(async () => {
  const file = await makeExperiment(place, content())
  ended = await rephoto(['sweep', file, '--out', whole, '--jobs', '1'])
})

describe('a search', () => {
  it('makes its budget of trials beside the base, round by round, and says which is best', () => {
    expect(ended.stderr).toContain('4 complete, 0 failed, 0 left to do')
    expect(ended.code).toBe(0)
    const index = readIndex(whole)!
    expect(index.conditions.map(({ name }) => name)).toEqual(['base', ...[1, 2, 3].map((i) => `trial-00${i}`)])
    expect(index.base).toBe('base')
    expect(index.search).toMatchObject({ metric: 'loss.total', direction: 'minimize', keys: Object.keys(space) })
    const values = index.runs
      .filter(({ condition }) => condition !== 'base')
      .map(({ condition, folder }) => [condition, readMetrics(join(whole, folder))!['loss.total']!] as const)
    const [best, value] = values.toSorted((a, b) => a[1] - b[1])[0]!
    expect(ended.stderr).toContain(`best of 3 trials: ${best}, loss.total ${value.toPrecision(6)}: losses.eye.weight=`)
    expect(ended.stderr.match(/search: \d of 3 trials decided, 1 more runs; best so far trial-/gu)).toHaveLength(1)
    for (const { set } of index.conditions.slice(1)) {
      expect(set['losses.eye.weight']).toBeGreaterThanOrEqual(0.01)
      expect(set['losses.eye.weight']).toBeLessThanOrEqual(1)
      expect(['reference', 'gaussian']).toContain(set['degradation.blur.kernel'])
    }
  })

  it('goes on with the same trials where it was, and further when its budget is raised', async () => {
    const points = readSearch(whole)!.points
    const folder = join(place, 'again')
    cpSync(whole, folder, { recursive: true })
    // As a kill leaves it between the first round and the second.
    rmSync(join(folder, 'runs', 'trial-003--01--0'), { recursive: true })
    const file = JSON.parse(readFileSync(join(folder, 'search.json'), 'utf8')) as { points: number[][] }
    writeFileSync(join(folder, 'search.json'), JSON.stringify({ ...file, points: points.slice(0, 2) }))
    writeExperiment(place, content({ budget: 4 }))
    const { stderr } = await rephoto(['sweep', join(place, 'tiny.json5'), '--out', folder])
    expect(stderr).toContain('3 runs, 3 of them done already, 0 to do')
    expect(stderr).toContain('5 complete, 0 failed, 0 left to do')
    expect(readSearch(folder)!.points.slice(0, 3)).toEqual(points)
    const losses = (sweep: string) => readFileSync(join(sweep, 'runs', 'trial-003--01--0', 'losses.csv'), 'utf8')
    expect(losses(folder)).toBe(losses(whole))
    expect(readFileSync(join(folder, 'tables', 'configs.csv'), 'utf8')).toContain('trial-004')
  })

  it('counts a trial that equals another condition by the run of that', () => {
    // As the base is, and not made for itself.
    const path = join(place, 'same.json5')
    const kernels = { 'degradation.blur.kernel': ['reference', 'gaussian'] }
    writeFileSync(path, JSON.stringify(content({ budget: 2, startup: 2, space: kernels })))
    const { runs, trials } = layOut({ file: path, out: whole })
    const [base] = runs
    const twin = runs.slice(1).find(({ hash }) => hash === base!.hash)!
    expect(twin.standing).toBe('twin')
    const result = resultsOf(whole, trials!, runs).find(({ name }) => name === twin.condition)!
    expect(result).toMatchObject({ settled: true })
    expect(result.value).toBe(readMetrics(join(whole, 'runs', base!.name))!['loss.total'])
  })

  it('begins anew for another base', () => {
    const path = writeExperiment(place, { ...content(), base: { ...content().base, optimize: { steps: [3, 2] } } })
    const { trials, runs } = layOut({ file: path, out: whole })
    expect(trials!.points).toHaveLength(2)
    expect(runs.map(({ standing }) => standing)).toEqual(['changed', 'changed', 'changed'])
  })
})

describe('the file of a search', () => {
  const laidOut = (change: object) => {
    const path = join(place, 'other.json5')
    writeFileSync(path, JSON.stringify(content(change)))
    return layOut({ file: path, out: join(place, 'none') })
  }

  it('has all random trials at once, none of them twice', () => {
    const { runs, trials } = laidOut({
      method: 'random',
      budget: 8,
      space: { 'optimize.steps': [[2], [3], [4], [5]], 'degradation.blur.kernel': ['reference', 'gaussian'] },
    })
    expect(runs).toHaveLength(9)
    expect(new Set(trials!.points.map((point) => point.join())).size).toBe(8)
    expect(laidOut({ method: 'random' }).trials!.points).toEqual(laidOut({ method: 'random' }).trials!.points)
    expect(laidOut({ method: 'random', seed: 1 }).trials!.points).not.toEqual(
      laidOut({ method: 'random' }).trials!.points,
    )
  })

  it('takes named levels, and the better side of a metric', () => {
    const levels = {
      soft: { set: { 'degradation.blur.radius': 2 } },
      sharp: { set: { 'degradation.blur.radius': 0.5 } },
    }
    const { trials, experiment } = laidOut({
      metric: 'truth.psnr',
      direction: undefined,
      space: { blur: levels, ...space },
    })
    expect(trials!.search.direction).toBe('maximize')
    const radii = experiment.conditions.slice(1).map(({ set }) => set['degradation.blur.radius'])
    for (const radius of radii) expect([0.5, 2]).toContain(radius)
  })

  it.each([
    [
      { metric: 'truth.psrn' },
      /expected a metric of the method rephotograph, found "truth.psrn"; did you mean truth.psnr\?/u,
    ],
    [{ metric: 'loss.total', direction: undefined }, /expected "direction" for loss.total/u],
    [{ space: { 'losses.eye.weight': { low: 0, high: 1, log: true } } }, /low above 0, as log asks for, found 0/u],
    [{ space: { 'losses.eye.weight': { low: 2, high: 1 } } }, /expected low below high, found 2 and 1/u],
    [{ space: { 'losses.eye.wieght': { low: 0, high: 1 } } }, /nearest valid key is losses.eye.weight/u],
    [{ space: { 'losses.eye.weight': { low: -1, high: 1 } } }, /losses.eye.weight.*found -1/u],
    [
      { budget: 2, space: { 'degradation.blur.kernel': ['reference', 'round'] } },
      /degradation.blur.kernel.*found "round"/u,
    ],
    [{ space: {} }, /expected keys in its space, found none/u],
    [{ space: { 'optimize.lr': [0.1, 0.2] } }, /budget of at most the 2 points/u],
  ])('is refused before the first run: %j', (change, message) => {
    expect(() => laidOut(change)).toThrow(message)
  })
})
