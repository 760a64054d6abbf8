// Configs that cost much more than they say: towers of `extends`, deep brackets, long texts, pipes without an end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import JSON5 from 'json5'
import { afterAll, describe, expect, it } from 'vitest'
import { BudgetError, checkNesting, readJson, readWithin } from '../../src/config/budget.ts'
import { applySettings, loadConfig } from '../../src/methods/configs.ts'
import { readPackFile } from '../../src/models/load.ts'
import { loadRecipe } from '../../src/synth/recipe.ts'
import { readSet } from '../../src/synth/set.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-budget-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const deep = (open: string, close: string, inner = '') => `${open.repeat(6000)}${inner}${close.repeat(6000)}`
const long = 'x'.repeat(2 << 20)

describe('extends', () => {
  it('reads a file once, however many ways lead to it', () => {
    file('l0.json5', '{ seed: 7, optimize: { steps: [1] } }')
    for (let level = 1; level <= 40; level++)
      file(`l${level}.json5`, `{ extends: ['l${level - 1}', 'l${level - 1}'], threads: ${level} }`)
    const started = performance.now()
    expect(loadConfig(join(folder, 'l40.json5'))).toEqual({ seed: 7, optimize: { steps: [1] }, threads: 40 })
    // 2⁴⁰ readings would take longer than this test has.
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('lets a file that two others extend count for both', () => {
    file('base.json5', '{ seed: 1, threads: 1 }')
    file('left.json5', '{ extends: "base", seed: 2 }')
    file('right.json5', '{ extends: "base", threads: 3 }')
    // The later one wins, also with what it has from the base.
    expect(loadConfig(file('both.json5', '{ extends: ["left", "right"] }'))).toEqual({ seed: 1, threads: 3 })
    expect(loadConfig(file('turned.json5', '{ extends: ["right", "left"] }'))).toEqual({ seed: 2, threads: 1 })
  })

  it('ends at a depth that nobody means', () => {
    file('d0.json5', '{ seed: 7 }')
    for (let level = 1; level <= 60; level++) file(`d${level}.json5`, `{ extends: 'd${level - 1}' }`)
    expect(loadConfig(join(folder, 'd49.json5'))).toEqual({ seed: 7 })
    expect(() => loadConfig(join(folder, 'd60.json5'))).toThrow(
      'expected at most 50 configs of which each extends the next, found more',
    )
    const many = JSON.stringify({ extends: new Array(1000).fill('d0') })
    expect(() => loadConfig(file('wide.json5', many))).toThrow(/extends: expected .*a list of 0 to 100, each a text/u)
  })
})

describe('deep and long files', () => {
  const nested = 'brackets open 65 deep (at most 64 are read)'

  it.each([
    ['config', (path: string) => loadConfig(path)],
    ['recipe', (path: string) => loadRecipe(path)],
    ['set', (path: string) => readSet(path)],
    ['pack', (path: string) => readPackFile(path)],
  ])('a %s of 6,000 brackets is an error of one line', (name, read) => {
    for (const text of [`{"input":${deep('[', ']')}}`, deep('{"a":', '}', '1')])
      expect(() => read(file(`${name}.json5`, text))).toThrow(nested)
  })

  it.each([
    ['config', (path: string) => loadConfig(path)],
    ['recipe', (path: string) => loadRecipe(path)],
    ['pack', (path: string) => readPackFile(path)],
  ])('a %s of 2 MiB is refused by its size', (name, read) => {
    const path = file(`${name}.json5`, `{"input":"${long}"}`)
    expect(() => read(path)).toThrow(/expected a \w+, found 2\.0 MiB \(at most 1\.0 MiB are read\)$/u)
  })

  it('so are a device without an end, and a value of --set', () => {
    expect(() => readWithin('/dev/zero', 1 << 20)).toThrow('more (at most 1.0 MiB are read)')
    expect(() => applySettings({}, [`input=${deep('[', ']')}`])).not.toThrow(RangeError)
    expect(() => applySettings({}, [`${'a.'.repeat(6000)}b=1`])).toThrow(
      'a: expected a dotted key, found one of 6001 parts',
    )
  })

  it('reads what is within', () => {
    expect(readWithin(file('empty.txt', ''), 10)).toBe('')
    expect(readWithin(file('full.txt', '0123456789'), 10)).toBe('0123456789')
    expect(() => readWithin(file('over.txt', '0123456789a'), 10)).toThrow('11 bytes (at most 10 bytes are read)')
    expect(readJson(file('json.json', '{"a":[1]}'))).toEqual({ a: [1] })
  })
})

describe('brackets', () => {
  it('do not count in strings and comments', () => {
    const many = '['.repeat(100)
    for (const text of [`"${many}"`, `'${many}'`, `"\\"${many}"`, `// ${many}\n1`, `/* ${many} */ 1`, `"\\\n${many}"`])
      expect(() => checkNesting(text), text).not.toThrow()
    expect(() => checkNesting(`'' // "\n${many}`)).toThrow(BudgetError)
    expect(() => checkNesting(`\n/*\n*/${many}`)).toThrow(expect.objectContaining({ line: 3 }))
  })

  it('count as deep as the parser goes', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 8 }), (value, most) => {
        for (const text of [JSON.stringify(value), JSON5.stringify(value, null, 1)]) {
          const refused = () => checkNesting(text, most)
          if (depth(value) > most) expect(refused).toThrow(BudgetError)
          else expect(refused).not.toThrow()
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are counted as the parser sees them, whatever strings and comments are made of', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
    const piece = fc.constantFrom(
      ...['[', '[', ']', ']', '{', '}', 'a:', '"', "'", '\\', '//', '/*', '*/', '/', ',', '1', ' '],
      ...['\n', '\r', '\r\n', '\u2028', '\u2029', '"a"', "'\\\r\n'", '"\\\n"', '//\r', '[1]'],
    )
    let parsed = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(piece, { maxLength: 4 }), (inner, behind) => {
        const text = `[${inner.join('')}]${behind.join('')}`
        let value: unknown
        try {
          value = JSON5.parse(text)
        } catch {
          return
        }
        parsed++
        expect(() => checkNesting(text, depth(value))).not.toThrow()
        expect(() => checkNesting(text, depth(value) - 1)).toThrow(BudgetError)
      }),
      { numRuns: 20_000, seed: 3 },
    )
    expect(parsed).toBeGreaterThan(100)
  })

  it.each(['//\r', '//\u2028', '"\\\r\n",', "'\\\r\n', "])('do not hide behind %j', (before) => {
    expect(() => checkNesting(`[${before}${'['.repeat(100)}`)).toThrow(BudgetError)
  })
})
