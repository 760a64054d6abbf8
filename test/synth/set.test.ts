import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import { isGray } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import type { ResolvedConfig } from '../../src/methods/rephotograph/config.ts'
import { aged, grain } from '../../src/synth/age.ts'
import { readSet, type SyntheticSet } from '../../src/synth/set.ts'
import { faceSeed } from '../../src/synth/truths.ts'
import { writeSet } from '../../src/synth/write-set.ts'
import { rephoto } from '../cli/spawn.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-synth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const films = {
  count: 3,
  seed: 11,
  degradation: {
    blur: { radius: [0.3, 1.6] },
    spectral: { sensitivity: ['b', 'gb', 'g'] },
    response: { gamma: [0.7, 1.4], offset: [0, 0.1], gain: [0.8, 1] },
  },
}

const bytes = (path: string) =>
  readdirSync(path)
    .sort()
    .map((name) => `${name} ${readFileSync(join(path, name)).toString('base64')}`)

describe('a synthetic set', () => {
  let set: SyntheticSet
  beforeAll(async () => {
    await writeSet({ recipe: films, out: join(folder, 'one') })
    set = readSet(join(folder, 'one'))
  })

  it('is the same byte for byte from the same recipe, and its beginning that of a longer one', async () => {
    await writeSet({ recipe: films, out: join(folder, 'two') })
    expect(bytes(join(folder, 'two'))).toEqual(bytes(join(folder, 'one')))
    await writeSet({ recipe: { ...films, count: 4 }, out: join(folder, 'more') })
    const more = readSet(join(folder, 'more'))
    expect(more.items.slice(0, 3).map(({ degradation, source }) => ({ degradation, source }))).toEqual(
      set.items.map(({ degradation, source }) => ({ degradation, source })),
    )
    expect(readFileSync(more.items[2]!.input)).toEqual(readFileSync(set.items[2]!.input))
    await writeSet({ recipe: { ...films, seed: 12 }, out: join(folder, 'other') })
    expect(readFileSync(join(folder, 'other', '01-truth.png'))).not.toEqual(readFileSync(set.items[0]!.truth))
  })

  it('records truly what was done: the truth, aged by what is recorded, is the picture', async () => {
    for (const { truth, input, degradation, noise } of set.items) {
      const again = await aged(await readPicture(truth), degradation as ResolvedConfig['degradation'], noise ?? null, 0)
      const picture = await readPicture(input)
      expect(picture.channels).toBe(1)
      expect(again.data.length).toBe(picture.data.length)
      const off = again.data.reduce((worst, v, i) => Math.max(worst, Math.abs(v - picture.data[i]!)), 0)
      expect(off).toBeLessThanOrEqual(1)
    }
    // A test that could not fail would say nothing: another radius is seen.
    const { truth, input, degradation } = set.items[0]!
    const wrong = { ...degradation, blur: { ...(degradation.blur as object), radius: 3 } }
    const other = await aged(await readPicture(truth), wrong as ResolvedConfig['degradation'], null, 0)
    const picture = await readPicture(input)
    expect(other.data.some((v, i) => Math.abs(v - picture.data[i]!) > 5)).toBe(true)
  })

  it('names the film of each picture, and seeds that no training uses', () => {
    expect(set.items.map(({ sensitivity }) => sensitivity).sort()).toEqual(['b', 'g', 'gb'])
    for (const [i, { source, sensitivity, degradation }] of set.items.entries()) {
      expect(source.seed).toBe(faceSeed(11, i))
      expect(source.seed).toBeGreaterThanOrEqual(2 ** 31)
      expect((degradation.spectral as { sensitivity: string }).sensitivity).toBe(sensitivity)
    }
    expect(faceSeed(2 ** 19 - 1, 4095)).toBeLessThanOrEqual(0xffffffff)
  })

  it('takes photographs, leaves out those it cannot use, and keeps colours where no film was', async () => {
    const warnings: string[] = []
    const recipe = {
      from: [set.items[0]!.truth, set.items[1]!.input, set.items[2]!.truth],
      align: 'none' as const,
      degradation: { pigment: { lift: [0.05, 0.1] } },
    }
    await writeSet({ recipe, out: join(folder, 'photographs'), onWarning: (message) => warnings.push(message) })
    const painted = readSet(join(folder, 'photographs'))
    expect(painted.items).toHaveLength(2)
    expect(warnings).toEqual([expect.stringMatching(/left out: .*expected a photograph in colour, found a gray one/u)])
    expect(painted.items[0]).toMatchObject({ sensitivity: null, source: { kind: 'photograph', file: '01-truth.png' } })
    expect(JSON.stringify(painted.recipe)).not.toContain(folder)
    expect(isGray(await readPicture(painted.items[0]!.input))).toBe(false)
    expect(readFileSync(painted.items[0]!.truth)).toEqual(readFileSync(set.items[0]!.truth))
  })

  it('grain has the deviation it says, white or coarse', async () => {
    for (const size of [0, 1.5]) {
      const map = await grain({ deviation: 0.02, size, seed: 5 }, 64, 64)
      const mean = map.reduce((a, b) => a + b, 0) / map.length
      expect(mean).toBeCloseTo(0, 6)
      expect(Math.sqrt(map.reduce((sum, v) => sum + (v - mean) ** 2, 0) / map.length)).toBeCloseTo(0.02, 6)
    }
  })

  it('set.json is checked when it is read', () => {
    expect(() => readSet(join(folder, 'nowhere'))).toThrow(/expected a set made by rephoto synth, found none/u)
  })
})

describe('the shipped sets', () => {
  it.each([
    ['film', 24],
    ['painting', 8],
  ] as const)('%s is whole', async (name, count) => {
    const set = readSet(new URL(`../../experiments/sets/${name}`, import.meta.url).pathname)
    expect(set.items).toHaveLength(count)
    for (const { input, truth } of set.items) {
      for (const path of [input, truth]) expect((await readPicture(path)).width).toBe(set.size)
    }
    if (name === 'film') {
      const films = set.items.map(({ sensitivity }) => sensitivity)
      for (const film of ['b', 'gb', 'g']) expect(films.filter((value) => value === film)).toHaveLength(8)
    }
  })
})

describe('a set.json that is no set', () => {
  it.each([
    ['cut off', '{ "format": "rephoto-set", "items": [', /found Unexpected end of JSON input; nothing was removed/u],
    [
      'not JSON, of several lines',
      'one\ntwo\n',
      /found Unexpected token 'o', [^\n]*; nothing was removed: empty the fo/u,
    ],
    ['of another program', '{"items": 3}', /found something else; nothing was removed: empty the folder, or choose/u],
    ['null', 'null', /found something else; nothing was removed/u],
  ])('%s: is not replaced, and one line says so', async (_, text, message) => {
    const out = mkdtempSync(join(folder, 'broken-'))
    writeFileSync(join(out, 'set.json'), text)
    writeFileSync(join(out, '01.png'), 'mine')
    const error: unknown = await writeSet({ recipe: films, out, replace: true }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain('\n')
    expect(readdirSync(out).sort()).toEqual(['01.png', 'set.json'])
    expect(() => readSet(out)).toThrow(ConfigError)
  })
})

describe('rephoto synth', () => {
  it('prints where the set is, replaces one only when told, and says mistakes in one line', async () => {
    const out = join(folder, 'cli')
    const { code, stdout } = await rephoto(['synth', '--out', out, '--count', '1'])
    expect([code, stdout]).toEqual([0, `set: ${join(out, 'set.json')}\n`])
    const second = await rephoto(['synth', '--out', out, '--count', '1'])
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/expected a new or empty folder, found 3 entries/u)
    expect((await rephoto(['synth', '--out', out, '--count', '1', '--replace'])).code).toBe(0)
    const wrong = await rephoto(['synth', '--out', join(folder, 'x'), '--from', join(folder, 'nothing')])
    expect(wrong.stderr).toMatch(/nothing: expected a photograph or a folder, found nothing\n$/u)
    expect(wrong.code).toBe(1)
    const half = await rephoto(['synth', '--out', join(folder, 'x'), '--count', '1.5'])
    expect([half.code, half.stderr]).toEqual([2, 'rephoto: --count: expected a whole number\n'])
  })
})
