/**
 * Run folders that somebody has edited, cut or mixed up: every key of every file dropped, null, of another type, absurd. Each command
 * that reads them says one line with file, key, what was expected and found, or does without what may be missing.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSweep } from '../../src/compare/sweep-file.ts'
import type { JsonObject } from '../../src/config/merge.ts'
import { methods } from '../../src/methods/methods.ts'
import { inferRequest } from '../../src/methods/readers.ts'
import { rephotographConfig } from '../../src/methods/rephotograph/config.ts'
import { resumeRun } from '../../src/methods/runner.ts'
import { collectReport } from '../../src/report/collect.ts'
import { reportPage } from '../../src/report/page.ts'
import { bind, configRemark } from '../../src/run/binding.ts'
import { readManifest, writeManifest } from '../../src/run/manifest.ts'
import { writeMetrics } from '../../src/run/metrics.ts'
import { collectSweep } from '../../src/sweep/collect.ts'
import { writeJson } from '../../src/sweep/folder.ts'
import { isCleanLine, isOurs } from '../fuzz/clean.ts'
import { fabricateRun } from '../report/fabricate.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const place = mkdtempSync(join(tmpdir(), 'rephoto-malformed-'))
const base = join(place, 'base')
beforeAll(async () => {
  await fabricateRun(base, { status: 'partial', side: 32, frames: 1, steps: [2, 3] })
  for (const name of ['aligned', 'target', 'sibling', 'degraded-partial', 'result-partial', 'result-fresh-partial'])
    rmSync(join(base, `${name}.png`))
  rmSync(join(base, 'frames'), { recursive: true })
  // A pack that is nowhere: what is not refused before, ends there, and no network is opened.
  const { seed } = readManifest(base)
  const config = { ...(read(base, 'config.json') as object), seed, pack: join(place, 'no-pack') }
  writeFileSync(join(base, 'config.json'), JSON.stringify(config))
  writeManifest(base, { ...readManifest(base), binding: bind(config, rephotographConfig) })
  writeMetrics(base, { 'loss.total': 1.5, 'identity.input': null })
})
afterAll(() => rmSync(place, { recursive: true }))

function read(folder: string, name: string): Json {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json
}

interface Variant {
  readonly key: string
  readonly change: string
  readonly document: Json
}

const wrong = (value: Json): Json => (typeof value === 'object' ? 'x' : typeof value === 'string' ? 17 : { x: [1] })

/** Every key down to a depth, dropped, null, of another type, and numbers absurd. */
function variants(document: Json, depth: number): Variant[] {
  const found: Variant[] = []
  const walk = (value: Json, path: readonly string[]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || path.length >= depth) return
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, key]
      const put = (change: string, replaced: Json | undefined) =>
        found.push({ key: at.join('.'), change, document: changed(document, at, replaced) })
      put('dropped', undefined)
      if (inner !== null) put('null', null)
      put('of another type', wrong(inner))
      if (typeof inner === 'number') for (const number of [-1e300, 1e300]) put(String(number), number)
      walk(inner, at)
    }
  }
  walk(document, [])
  return found
}

function changed(document: Json, [key, ...rest]: readonly string[], value: Json | undefined): Json {
  const copy = { ...(document as { [key: string]: Json }) }
  if (rest.length > 0) copy[key!] = changed(copy[key!]!, rest, value)
  else if (value === undefined) delete copy[key!]
  else copy[key!] = value
  return copy
}

const commands = {
  report: async (folder: string) => reportPage(await collectReport(folder, methods), { plots: false }),
  resume: (folder: string) => resumeRun(folder),
  compare: async (folder: string) => inferRequest([folder]),
}

async function complaint(command: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await command()
    return undefined
  } catch (error) {
    expect(isOurs(error), String((error as Error).stack)).toBe(true)
    const { message } = error as Error
    expect(isCleanLine(message), JSON.stringify(message)).toBe(true)
    return message
  }
}

/** Keys of a manifest that no run lacks. */
const required = [
  'status',
  'created',
  'versions',
  'machine',
  'process',
  'input',
  'pack',
  'seed',
  'device',
  'threads',
  'stages',
  'stepsDone',
  'stepsTotal',
  'timings',
  'resumed',
  'warnings',
]

describe.each([
  ['manifest.json', 2],
  ['config.json', 2],
  ['metrics.json', 2],
] as const)('%s', (file, depth) => {
  it('with any key dropped, null, of another type or absurd ends no command but in one clean line', async () => {
    const folder = join(place, `v-${file}`)
    cpSync(base, folder, { recursive: true })
    const whole = read(base, file)
    const all = variants(whole, depth)
    expect(all.length).toBeGreaterThan(file === 'metrics.json' ? 8 : 64)
    for (const { key, change, document } of all) {
      writeFileSync(join(folder, file), JSON.stringify(document))
      for (const [name, command] of Object.entries(commands)) {
        const said = await complaint(() => command(folder))
        const isRequired = file === 'manifest.json' && required.includes(key)
        if (isRequired) expect(said, `${name}: ${key} ${change}`).toContain(`${file}: ${key}`)
        // The config is bound: resume names every key that is no longer what it was.
        if (
          file === 'config.json' &&
          name === 'resume' &&
          // A config without a method is one of rephotography, as configs of before there were several are.
          !(key === 'method' && change === 'dropped') &&
          !/^(?:input|output\.saveEverySeconds|pack|truth\.picture|init|align\.landmarks)/u.test(key)
        ) {
          expect(said, `${key} ${change}`).toMatch(/config\.json: /u)
          expect(said, `${key} ${change}`).toContain(key)
        }
      }
    }
  })

  it.each([
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['text', 'nothing at all \u001b[31m'],
    ['cut off', '{"format": "rephoto-run", "formatVersion": 1, "sta'],
    ['nested deeply', `{"format":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['a NUL', '\0\0\0\0'],
  ])('that is %s is named', async (what, text) => {
    const folder = mkdtempSync(join(place, 'whole-'))
    cpSync(base, folder, { recursive: true })
    writeFileSync(join(folder, file), text)
    const said = await complaint(() => commands.report(folder))
    expect(said, what).toContain(`${file}: `)
    expect(said).toMatch(/expected .*, found .*; /u)
  })
})

it.each([300, 3000])('a key nobody knows, nested %i deep, is named before anything goes through it', async (depth) => {
  for (const file of ['manifest.json', 'config.json', 'metrics.json']) {
    const folder = mkdtempSync(join(place, 'deep-'))
    cpSync(base, folder, { recursive: true })
    const whole = read(base, file) as { [key: string]: Json }
    const deep = JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json
    writeFileSync(join(folder, file), JSON.stringify({ ...whole, more: deep }))
    for (const command of [commands.report, commands.compare]) {
      // What takes the folder for a list of runs says it of the run.
      const said = await complaint(() => command(folder))
      if (command === commands.report) expect(said).toMatch(/expected JSON, found brackets open 65 deep/u)
    }
  }
})

it('of what was changed in a config no value and no key is shown that a terminal obeys', () => {
  const kind = rephotographConfig
  const before = bind(read(base, 'config.json') as object, kind)
  const now = { ...(read(base, 'config.json') as object), seed: '\u202egnp\u001b[31m', '\u009b2J': 1 } as JsonObject
  const said = configRemark({ ...readManifest(base), binding: before }, now, kind)!
  expect(isCleanLine(said), JSON.stringify(said)).toBe(true)
  expect(said).toContain('found "\\u202egnp\\u001b[31m"')
})

describe('losses.csv', () => {
  it.each([
    ['another head', 'a,b,c\n1,2,3\n', /line 1, column 1: expected step, stage/u],
    ['a word', 'step,stage,total\n1,0,x\n', /line 2, column total: expected a number, nan, inf or -inf, found "x"/u],
    ['a hole', 'step,stage,total\n1,0,\n', /line 2, column total: expected a number/u],
    ['too few cells', 'step,stage,total\n1,0\n', /line 2: expected 3 cells, found 2/u],
    ['too many cells', 'step,stage,total\n1,0,1,2\n', /line 2: expected 3 cells, found more/u],
    ['a gap', 'step,stage,total\n1,0,1\n3,0,1\n', /line 3, column step: expected 2, found 3/u],
    ['half a step', 'step,stage,total\n1.5,0,1\n', /line 2, column step: expected a whole number, found "1.5"/u],
    ['a column twice', 'step,stage,total,face.raw,face.raw\n', /every column once/u],
    ['escapes', 'step,stage,total\n1,0,\u001b]0;x\u0007\n', /line 2, column total: expected a number/u],
  ])('with %s is named with line and column', async (_, text, message) => {
    const folder = mkdtempSync(join(place, 'losses-'))
    cpSync(base, folder, { recursive: true })
    writeFileSync(join(folder, 'losses.csv'), text)
    expect(await complaint(() => commands.report(folder))).toMatch(message)
  })
})

describe('pictures', () => {
  const header = (width: number) => {
    const bytes = Buffer.alloc(64)
    bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 0, 'latin1')
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(width, 20)
    return bytes
  }
  it.each([
    ['junk', Buffer.from('junk'), /expected a PNG as runs write it, found another file/u],
    [
      'an SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>x</text></svg>'),
      /found another file/u,
    ],
    ['one that claims to be huge', header(60_000), /found one that claims 60000 × 60000 pixels/u],
    ['one without pixels', header(32), /found one that can't be decoded/u],
  ])('%s in the place of aligned.png is named', async (_, bytes, message) => {
    const folder = mkdtempSync(join(place, 'png-'))
    cpSync(base, folder, { recursive: true })
    writeFileSync(join(folder, 'aligned.png'), bytes)
    expect(await complaint(() => commands.report(folder))).toMatch(message)
  })
})

describe('a sweep', () => {
  const sweep = {
    ...{ format: 'rephoto-sweep', formatVersion: 1, name: 's', description: '', created: '2026', base: 'base' },
    conditions: [{ name: 'base', set: {} }],
    inputs: [{ name: '1', truth: false }],
    seeds: [0],
    runs: [{ name: 'r', folder: 'runs/r', condition: 'base', input: '1', seed: 0, hash: 'h', status: 'waiting' }],
  }

  it('with any key dropped, null or of another type ends no command but in one clean line', async () => {
    const folder = mkdtempSync(join(place, 'sweep-'))
    const inRuns = variants(sweep.runs[0]!, 1).map(({ key, change, document }) => ({
      key: `runs.0.${key}`,
      change,
      document: { ...sweep, runs: [document] },
    }))
    for (const { document } of [...variants(sweep, 1), ...inRuns]) {
      writeJson(folder, join(folder, 'sweep.json'), document as object)
      await complaint(() => collectSweep(folder))
      await complaint(async () => readSweep(join(folder, 'sweep.json')))
    }
  })

  it.each(['../../victim', '..', 'a/b', '/etc', 'a\nb'])(
    'whose run is called %j touches nothing outside',
    async (name) => {
      const folder = mkdtempSync(join(place, 'sweep-'))
      writeJson(folder, join(folder, 'sweep.json'), {
        ...sweep,
        runs: [
          { ...sweep.runs[0], name },
          { ...sweep.runs[0], name },
        ],
      })
      expect(await complaint(() => collectSweep(folder))).toMatch(/sweep\.json: runs\.0\.name: expected a plain name/u)
    },
  )
})
