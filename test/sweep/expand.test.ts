import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { portraitConfig } from '../../src/methods/rephotograph/config.ts'
import { resolveConfig } from '../../src/methods/rephotograph/resolve.ts'
import type { SweepEvent } from '../../src/sweep/events.ts'
import { layOut, type SweepOptions } from '../../src/sweep/layout.ts'
import { shortKeys } from '../../src/sweep/names.ts'
import { rephoto } from '../cli/spawn.ts'
import { type Content, makeExperiment, writeExperiment } from './experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-expand-'))
const file = join(place, 'tiny.json5')
beforeAll(async () => {
  await makeExperiment(place)
})
afterAll(() => rmSync(place, { recursive: true }))
beforeEach(() => {
  writeExperiment(place)
})

const runsOf = (change: Content, options: Partial<SweepOptions> = {}) => {
  writeExperiment(place, change)
  return layOut({ file, out: join(place, 'out'), ...options }).runs
}
const names = (change: Content, options?: Partial<SweepOptions>) => runsOf(change, options).map(({ name }) => name)

describe('an experiment', () => {
  it('becomes condition × input × seed, named by them', () => {
    const conditions = { list: [{ name: 'base' }, { name: 'no colour!', set: { 'losses.colorTransfer.weight': 0 } }] }
    expect(names({ conditions, seeds: [0, 7] })).toEqual([
      'base--01--0',
      'no-colour--01--0',
      'base--02--0',
      'no-colour--02--0',
      'base--01--7',
      'no-colour--01--7',
      'base--02--7',
      'no-colour--02--7',
    ])
  })

  it('ends where nobody could look at its runs any more', () => {
    const values = Array.from({ length: 100 }, (_, i) => i)
    const conditions = { grid: { seed: values, 'optimize.lr': values, 'optimize.noiseLr': values } }
    expect(() => names({ conditions })).toThrow('expected at most 2000 conditions, found 1000000; split the experiment')
    const seeds = Array.from({ length: 10_000 }, (_, i) => i)
    const list = [{ name: 'a' }, { name: 'b' }]
    expect(() => names({ conditions: { list }, seeds })).toThrow(
      'expected at most 20000 runs, found 2 conditions × 2 inputs × 10000 seeds; split the experiment',
    )
    const set = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`a${i}`, 1]))
    expect(() => names({ conditions: { list: [{ name: 'a', set }] } })).toThrow('at most 1000 dotted keys, found 5000')
  })

  it('of another method takes the pictures of a set, without the keys of a portrait', () => {
    const base = { method: 'stylize', pack: './pack', styles: [{ picture: './set/02.png' }], size: { scales: [24] } }
    const runs = runsOf({ base, inputs: [{ set: 'set' }], conditions: { list: [{ name: 'plain' }] } })
    expect(runs.map(({ name, config }) => [name, 'align' in config, 'truth' in config])).toEqual([
      ['plain--01--0', false, false],
      ['plain--02--0', false, false],
    ])
  })

  it('has a condition for each combination of a grid', () => {
    const grid = {
      sensitivity: ['b', 'g'],
      blur: { right: { fromTruth: { 'degradation.blur': true } }, none: { set: { 'degradation.blur': null } } },
    }
    const runs = runsOf({ inputs: [{ set: 'set', items: ['02'] }], conditions: { grid } })
    expect(runs.map(({ condition }) => condition)).toEqual([
      'sensitivity-b_right',
      'sensitivity-b_none',
      'sensitivity-g_right',
      'sensitivity-g_none',
    ])
    expect(runs[2]!.config).toMatchObject({
      sensitivity: 'g',
      degradation: { blur: { radius: 1.5, kernel: 'gaussian', unit: 'pixels' } },
    })
    expect(runs[3]!.config.degradation).toEqual({ blur: null })
  })

  it('takes dotted keys as single settings: their order is not that of stages', () => {
    const set = { 'degradation.response.gamma': 0.9, 'degradation.grain.level': 0.1, 'degradation.blur.radius': 1 }
    const [run] = runsOf({ inputs: [{ set: 'set', take: 1 }], conditions: { list: [{ name: 'x', set }] } })
    const stages = Object.keys(resolveConfig(portraitConfig(run!.config), {}, 64).degradation)
    expect(stages).toEqual(['blur', 'downsample', 'spectral', 'response', 'grain'])
  })

  it('tells keys of a grid apart that end alike, by as few parts as that takes', () => {
    const grid = { 'losses.face.size': [32], 'losses.style.size': [32, 16], 'losses.eye.weight': [1] }
    const { experiment } = layOut({ file: writeExperiment(place, { conditions: { grid } }), out: join(place, 'out') })
    expect(experiment.conditions.map(({ name, label }) => [name, label])).toEqual([
      ['face.size-32_style.size-32_eye-1', 'face.size 32, style.size 32, eye 1'],
      ['face.size-32_style.size-16_eye-1', 'face.size 32, style.size 16, eye 1'],
    ])
    const keys = ['a.b.c', 'd.b.c', 'c', 'losses.eye', 'losses.eye.weight']
    expect([...shortKeys(keys).values()]).toEqual(['a.b.c', 'd.b.c', 'c', 'eye', 'weight'])
  })

  it('tells a value from its negative', () => {
    const grid = { 'degradation.response.offset': [-0.1, 0, 0.1] }
    expect(names({ inputs: [{ set: 'set', take: 1 }], conditions: { grid } })).toEqual([
      'offset-minus0.1--01--0',
      'offset-0--01--0',
      'offset-0.1--01--0',
    ])
  })

  it('leaves out one term of the objective at a time, those that it has', () => {
    const base = { pack: './pack', losses: { eye: { weight: 0 } } }
    const runs = runsOf({ base, inputs: [{ set: 'set', take: 1 }], conditions: { leaveOneOut: 'all' } })
    expect(runs.map(({ condition }) => condition)).toEqual([
      'all',
      'no-face',
      'no-contextual',
      'no-colorTransfer',
      'no-noise',
    ])
    expect(runs[1]!.config.losses).toEqual({ eye: { weight: 0 }, face: { weight: 0 } })
    const some = { leaveOneOut: ['noise', 'losses.face.vggFace'] }
    expect(names({ inputs: [{ set: 'set', take: 1 }], conditions: some })).toEqual([
      'all--01--0',
      'no-noise--01--0',
      'no-face.vggFace--01--0',
    ])
  })

  it('gives an item of a set its truth, its film, and what follows the truth, or a multiple of it', () => {
    const conditions = {
      list: [
        { name: 'as-it-is' },
        { name: 'twice', fromTruth: { 'degradation.blur.radius': 2 } },
        { name: 'g', set: { sensitivity: 'g' } },
      ],
    }
    const [plain, twice, g] = runsOf({ conditions }).filter(({ input }) => input === '01')
    expect(plain!.config).toMatchObject({
      input: join(place, 'set', '01.png'),
      align: { mode: 'none' },
      sensitivity: 'b',
      threads: 1,
      truth: { picture: join(place, 'set', '01-truth.png'), degradation: { spectral: { sensitivity: 'b' } } },
    })
    expect(portraitConfig(plain!.config).degradation?.blur).toBeUndefined()
    expect(portraitConfig(twice!.config).degradation?.blur?.radius).toBe(1)
    expect(g!.config.sensitivity).toBe('g')
  })

  it('finds files by name, folder and pattern, with their truths, and says which optional ones are not there', () => {
    const files = { files: ['set/0?.png'], truth: '{name}-truth.png', prefix: 'f', with: { 'align.mode': 'none' } }
    const notes: SweepEvent[] = []
    writeExperiment(place, { inputs: [{ files: 'nowhere', optional: true }, files, { files: 'set', items: ['01-*'] }] })
    const { inputs } = layOut({ file }, (event) => notes.push(event))
    expect(inputs.map(({ name, truth }) => [name, truth?.picture])).toEqual([
      ['f01', join(place, 'set', '01-truth.png')],
      ['f02', join(place, 'set', '02-truth.png')],
      ['01-truth', undefined],
    ])
    expect(inputs[0]!.config).toEqual({ align: { mode: 'none' } })
    writeExperiment(place, { inputs: [{ files: 'set', truth: '{name}-truth.png' }] })
    expect(layOut({ file }).inputs.map(({ name }) => name)).toEqual(['01', '02'])
    expect(notes).toEqual([{ type: 'note', message: 'left out, for it is not there: nowhere' }])
  })

  it.each<[string, Content, RegExp]>([
    ['an unknown key', { seed: 1 }, /tiny\.json5:1: seed: unknown key; the nearest valid key is seeds/u],
    ['a mistake in the base', { base: { optimise: {} } }, /optimise: unknown key; the nearest valid key is optimize/u],
    [
      'a mistake in a condition',
      { conditions: { list: [{ name: 'x', set: { 'losses.eys.weight': 0 } }] } },
      /conditions\.list\.0 \(x\): losses\.eys: unknown key; the nearest valid key is losses\.eye/u,
    ],
    ['no conditions', { conditions: {} }, /conditions: expected a list, a grid, leaveOneOut or search, found none/u],
    ['an unknown base', { conditions: { base: 'y', list: [{ name: 'x' }] } }, /expected one of the conditions x/u],
    ['two of a name', { conditions: { list: [{ name: 'x' }, { name: 'X' }] } }, /found "X" twice/u],
    ['no pictures', { inputs: [{ files: 'nowhere/*.png' }] }, /inputs\.0: expected pictures at nowhere/u],
    ['neither set nor files', { inputs: [{}] }, /inputs\.0: expected either "set" or "files", found neither/u],
    [
      'a truth that is not known',
      { conditions: { list: [{ name: 'x', fromTruth: { 'degradation.fading.amount': 2 } }] } },
      /condition x: expected the truth of degradation\.fading\.amount for input 01, found none/u,
    ],
    [
      'a config that does not fit the pack',
      { conditions: { list: [{ name: 'x', set: { 'optimize.steps': [1, 1, 1, 1, 1] } }] } },
      /condition x, input 01: optimize\.steps: expected at most/u,
    ],
  ])('%s: one line that names the place', (_, change, message) => {
    expect(() => runsOf(change)).toThrow(message)
  })
})

describe('the hash of a run', () => {
  const first = (change: Content = {}, options?: Partial<SweepOptions>) => runsOf(change, options)[0]!.hash

  it('stays when names, folders and the order of conditions change', () => {
    const before = first()
    expect(first()).toBe(before)
    expect(first({ name: 'other', description: 'words' })).toBe(before)
    expect(first({ conditions: { list: [{ name: 'renamed' }] } })).toBe(before)
    expect(first({ inputs: [{ set: 'set', prefix: 'p' }] })).toBe(before)
    expect(first({}, { out: join(place, 'elsewhere'), jobs: 7 })).toBe(before)
    expect(first({}, { settings: ['output.saveEverySeconds=1'] })).toBe(before)
  })

  it('changes with config, threads, seed, input, truth and weights', () => {
    const seen = new Set([first()])
    const isNew = (hash: string) => !seen.has(hash) && Boolean(seen.add(hash))
    expect(isNew(first({}, { settings: ['optimize.lr=0.02'] }))).toBe(true)
    expect(isNew(first({}, { threads: 2 }))).toBe(true)
    expect(isNew(first({ seeds: [1] }))).toBe(true)
    expect(isNew(runsOf({})[1]!.hash)).toBe(true)
    for (const path of ['set/01.png', 'set/01-truth.png', 'pack/vgg16.safetensors']) {
      const original = readFileSync(join(place, path))
      const changed = Buffer.from(original)
      changed[changed.length - 1]! ^= 1
      writeFileSync(join(place, path), changed)
      expect(isNew(first()), path).toBe(true)
      writeFileSync(join(place, path), original)
    }
    expect(seen.has(first())).toBe(true)
    expect(seen.size).toBe(8)
  })
})

it('what is left to the picture is part of the hash, though it is settled only by the run', () => {
  const list = [
    { name: 'plain', set: { sensitivity: 'b', 'degradation.blur.radius': 1 } },
    { name: 'film', set: { sensitivity: 'auto', 'degradation.blur.radius': 1 } },
    { name: 'blur', set: { sensitivity: 'b', 'degradation.blur.radius': 'auto' } },
    { name: 'both', set: { sensitivity: 'auto', 'degradation.blur.radius': 'auto' } },
  ]
  const runs = runsOf({ inputs: [{ set: 'set', take: 1 }], conditions: { list } })
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(4)
  expect(runs[3]!.config).toMatchObject({ sensitivity: 'auto', degradation: { blur: { radius: 'auto' } } })
})

describe('a dry run', () => {
  it('lists runs and says how long they take and why; nothing is written', async () => {
    const list = [{ name: 'base' }, { name: 'same' }, { name: 'g', set: { sensitivity: 'g' } }]
    writeExperiment(place, { conditions: { list } })
    const out = join(place, 'dry')
    const { code, stdout, stderr } = await rephoto(['sweep', file, '--out', out, '--dry-run', '--jobs', '2'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^base--01--0 +6 steps {2}[0-9a-f]{8} {2}to do$/mu)
    expect(stdout).toMatch(/^same--01--0 .* same as base--01--0$/mu)
    expect(stdout).toMatch(/^g--02--0 .* same as base--02--0$/mu)
    expect(stdout).toContain('6 runs: 3 conditions × 2 inputs × 1 seeds\n2 at a time with 1 thread each')
    expect(stdout).toMatch(/^about \d.*GFLOP a step at the \d+ GFLOP\/s/mu)
    expect(existsSync(out)).toBe(false)
  })

  it('--only takes a part of a name, or a pattern', () => {
    const layout = (only: string) => {
      const { runs, wanted } = layOut({ file, only })
      return runs.filter(wanted).map(({ name }) => name)
    }
    expect(layout('--02')).toEqual(['base--02--0'])
    expect(layout('*--01--*')).toEqual(['base--01--0'])
  })

  it('keeps out of a folder that holds something else', () => {
    const folder = join(place, 'taken')
    mkdirSync(folder)
    writeFileSync(join(folder, 'thesis.tex'), '')
    expect(() => layOut({ file, out: folder })).toThrow(/expected a sweep or an empty folder, found thesis\.tex/u)
  })
})
