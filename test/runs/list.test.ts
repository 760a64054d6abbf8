/** Lists of runs: what can be asked, in every form, and what becomes of questions that have no answer. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLinesOf, parquetOf } from '../../src/compare/columns.ts'
import { leavesOf, originOf } from '../../src/config/origin.ts'
import { readEntry } from '../../src/runs/entry.ts'
import { compareValues, fieldOf } from '../../src/runs/fields.ts'
import { filterRuns } from '../../src/runs/filter.ts'
import { findRuns, nameOf } from '../../src/runs/find.ts'
import { removeRun, roomOf } from '../../src/runs/remove.ts'
import { tableOf } from '../../src/runs/table.ts'
import { changeTags, readTags } from '../../src/runs/tags.ts'
import { rephoto } from '../cli/spawn.ts'
import { aManifest } from '../support/manifest.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-runs-'))
const folder = (name: string) => join(place, name)

function makeRun(name: string, over: object, config: object, metrics: object): void {
  mkdirSync(folder(name), { recursive: true })
  writeFileSync(join(folder(name), 'manifest.json'), JSON.stringify({ ...aManifest(), ...over }))
  writeFileSync(join(folder(name), 'config.json'), JSON.stringify(config))
  const values = { format: 'rephoto-metrics', formatVersion: 1, values: metrics }
  writeFileSync(join(folder(name), 'metrics.json'), JSON.stringify(values))
}

beforeAll(() => {
  makeRun('a', { status: 'complete', seed: 3 }, { losses: { eye: { weight: 0.5 } } }, { 'truth.psnr': 21.25 })
  makeRun('deep/b', { status: 'failed', error: 'no face' }, { losses: { eye: { weight: 0 } } }, { 'truth.psnr': 9.5 })
  makeRun('deep/c', { status: 'complete', method: 'stylize' }, { styles: [] }, {})
  mkdirSync(folder('deep/broken'))
  writeFileSync(folder('deep/broken/manifest.json'), '{"format": "rephoto-run", "status": 7}')
  mkdirSync(folder('deep/other'))
  writeFileSync(folder('deep/other/manifest.json'), '{"name": "a web app"}')
  symlinkSync(folder('a'), folder('deep/link'))
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

const all = () => findRuns([place]).runs
const names = (conditions: string[]) => filterRuns(all(), conditions).map(nameOf)

describe('finding', () => {
  it('finds runs at any depth, says what is broken, leaves out what is no run, follows no link', () => {
    const { runs, problems } = findRuns([place])
    expect(runs.map(nameOf)).toEqual(['a', 'b', 'c'])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/broken.*expected/u)
  })
  it('refuses what is no folder', () => {
    expect(() => findRuns([join(place, 'a/manifest.json')])).toThrow('found a file')
    expect(() => findRuns([join(place, 'nowhere')])).toThrow('no such folder')
  })
})

describe('tables for programs', () => {
  const rows = [
    ['a', 1.5, true, 'x', null],
    ['b', Number.NaN, false, 3, undefined],
    ['c', 1e-300, null, 'ü\n"', null],
  ] as const
  const head = ['name', 'value', 'done', 'mixed', 'nothing']
  const objects = [
    { name: 'a', value: 1.5, done: true, mixed: 'x', nothing: null },
    { name: 'b', value: null, done: false, mixed: '3', nothing: null },
    { name: 'c', value: 1e-300, done: null, mixed: 'ü\n"', nothing: null },
  ]

  it('are JSON Lines, an object each', () => {
    const lines = jsonLinesOf(head, rows).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      objects[0],
      { ...objects[1], mixed: 3 },
      objects[2],
    ])
  })

  it('are Parquet, with the types of columns', async () => {
    const bytes = parquetOf(head, rows)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    expect(await parquetReadObjects({ file })).toEqual(objects)
    const kinds = parquetSchema(parquetMetadata(file)).children.map(({ element }) => element.type)
    expect(kinds).toEqual(['BYTE_ARRAY', 'DOUBLE', 'BOOLEAN', 'BYTE_ARRAY', 'BYTE_ARRAY'])
  })

  it('come from the command line, all columns of them', async () => {
    const path = join(place, 'all.parquet')
    const { code, stderr } = await rephoto(['runs', place, '--columns', 'all', '--parquet', path])
    expect(code, stderr).toBe(0)
    const bytes = readFileSync(path)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    const [a, b] = await parquetReadObjects({ file })
    expect(a).toMatchObject({ name: 'a', 'truth.psnr': 21.25, 'losses.eye.weight': 0.5, status: 'complete' })
    expect(b).toMatchObject({ name: 'b', 'truth.psnr': 9.5 })
    const again = await rephoto(['runs', place, '--parquet', path])
    expect(again.code).toBe(1)
    const lines = await rephoto(['runs', place, '--jsonl', '--columns', 'name,truth.psnr'])
    expect(lines.stdout.split('\n')[0]).toBe('{"name":"a","truth.psnr":21.25}')
  })
})

describe('filters', () => {
  it.each([
    [['status=complete'], ['a', 'c']],
    [['status!=complete'], ['b']],
    [['truth.psnr>20'], ['a']],
    [['metrics.truth.psnr<=9.5'], ['b']],
    [['losses.eye.weight=0.50'], ['a']],
    [['config.losses.eye.weight != 0'], ['a', 'c']],
    [['method~STYL'], ['c']],
    [['status=complete', 'seed=3'], ['a']],
    [['error~face'], ['b']],
  ])('%j gives %j', (conditions, expected) => {
    expect(names(conditions)).toEqual(expected)
  })
  it('says what a condition looks like, and the nearest key', () => {
    expect(() => names(['complete'])).toThrow('expected a key, one of')
    expect(() => names(['truth.pnsr>1'])).toThrow('did you mean truth.psnr')
  })
  it('asks each of several tags', () => {
    changeTags(folder('a'), { add: ['best', 'paper'] })
    expect(names(['tags=paper'])).toEqual(['a'])
    expect(names(['tags!=paper'])).toEqual(['b', 'c'])
    changeTags(folder('a'), { remove: ['best', 'paper'] })
    expect(readdirSync(folder('a'))).not.toContain('tags.json')
  })
})

describe('tables', () => {
  const fields = () => ['name', 'seed', 'truth.psnr'].map((key) => fieldOf(key, all()))
  it('text lines columns up, numbers to the right', () => {
    expect(tableOf(all(), fields(), 'text')).toBe(
      'name  seed  truth.psnr\na        3       21.25\nb        0         9.5\nc        0           –\n',
    )
  })
  it('Markdown, CSV with all digits, JSON as one array', () => {
    expect(tableOf(all(), fields(), 'md')).toContain('| a | 3 | 21.25 |')
    expect(tableOf(all(), fields(), 'csv')).toBe('name,seed,truth.psnr\na,3,21.25\nb,0,9.5\nc,0,\n')
    expect(JSON.parse(tableOf(all(), fields(), 'json'))[2]).toEqual({ name: 'c', seed: 0, 'truth.psnr': null })
  })
  it('sorts numbers as numbers, text as people do, and what is missing last', () => {
    expect([10, 9, undefined, 2].toSorted(compareValues)).toEqual([2, 9, 10, undefined])
    expect(['run-10', 'run-9'].toSorted(compareValues)).toEqual(['run-9', 'run-10'])
    expect(compareValues(null, 'a')).toBe(1)
  })
})

describe('tags', () => {
  it('keep their order, once each, with a note', () => {
    changeTags(folder('deep/c'), { add: ['x', 'y', 'x'], note: 'for the paper' })
    expect(readTags(folder('deep/c'))).toEqual({ tags: ['x', 'y'], note: 'for the paper' })
    expect(readEntry(folder('deep/c')).tags.tags).toEqual(['x', 'y'])
  })
  it('are single words without what a terminal obeys', () => {
    for (const word of ['two words', 'a,b', '', '\u001b[31m', 'x'.repeat(61)])
      expect(() => changeTags(folder('a'), { add: [word] }), word).toThrow('expected a tag of one word')
  })
})

describe('removing', () => {
  it('weighs a run by its parts', () => {
    mkdirSync(folder('w/frames'), { recursive: true })
    makeRun('w', {}, {}, {})
    writeFileSync(folder('w/frames/0001.png'), Buffer.alloc(1000))
    writeFileSync(folder('w/result.png'), Buffer.alloc(300))
    const { total, frames, pictures, state } = roomOf(folder('w'))
    expect([frames, pictures, state]).toEqual([1000, 300, 0])
    expect(total).toBeGreaterThan(1300)
  })
  it('removes a run whole, and leaves what no run made', () => {
    writeFileSync(folder('w/diary.txt'), 'mine')
    expect(removeRun(folder('w'))).toEqual(['diary.txt'])
    expect(readdirSync(folder('w'))).toEqual(['diary.txt'])
    expect(removeRun(folder('deep/b'))).toEqual([])
    expect(readdirSync(folder('deep'))).not.toContain('b')
  })
})

it('the origin of a value is the last layer that says it, or something in its place', () => {
  const layers = [
    { name: 'pack', config: { losses: { face: { weight: 1, size: 64 } } } },
    { name: 'file', config: { losses: { face: { weight: 2 } }, degradation: null } },
    { name: '--set', config: { losses: { eye: { weight: 0 } } } },
  ]
  const of = (key: string) => originOf(key, layers)
  expect(
    ['losses.face.weight', 'losses.face.size', 'losses.eye.weight', 'degradation.blur.radius', 'seed'].map(of),
  ).toEqual(['file', 'pack', '--set', 'file', undefined])
  expect([...leavesOf({ a: { b: 1, c: {} }, d: [{ e: 1 }] }).keys()]).toEqual(['a.b', 'a.c', 'd'])
})
