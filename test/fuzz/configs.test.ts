/**
 * Configs, --set options, experiments and recipes of any content are understood or refused in one line, in time. FUZZ=100000
 * tries as many.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import JSON5 from 'json5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/index.ts'
import type { Fragment } from '../../src/config/load.ts'
import { parseDocument } from '../../src/config/read.ts'
import { scan } from '../../src/config/scan.ts'
import { shown } from '../../src/config/shown.ts'
import { allPaths } from '../../src/config/validate.ts'
import { applySettings, configWithin, loadConfig } from '../../src/methods/configs.ts'
import { portraitConfig, rephotographConfig } from '../../src/methods/rephotograph/config.ts'
import { resolveConfig } from '../../src/methods/rephotograph/resolve.ts'
import { runSchema } from '../../src/methods/rephotograph/schema.ts'
import { resolveStylize, stylizeFragment } from '../../src/methods/stylize/config.ts'
import { stylizeConfig, stylizeSchema } from '../../src/methods/stylize/schema.ts'
import { type LoadedPack, loadPack } from '../../src/models/load.ts'
import { SweepError } from '../../src/sweep/error.ts'
import { loadExperiment } from '../../src/sweep/experiment.ts'
import { loadRecipe } from '../../src/synth/recipe.ts'
import { cases, hostileText, inParts, unshown } from '../support/hostile-texts.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-fuzz-configs-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))
let pack: LoadedPack
beforeAll(() => {
  makeTinyPack(join(place, 'pack'))
  pack = loadPack(join(place, 'pack'))
})
const numRuns = cases(300)
const LONGEST = 2000

/** Does it; an error has to be one of ours, in one short line that can be shown. */
function attempt(action: () => unknown): void {
  const began = performance.now()
  try {
    action()
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof SweepError)) throw error
    expect(unshown(error.message)).toBeUndefined()
    expect(error.message).not.toContain('\n')
    expect(error.message.length).toBeLessThan(LONGEST)
  }
  expect(performance.now() - began).toBeLessThan(10_000)
}

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, -1, 1e308, -1e308, 1e-320, 2 ** 53, 1e5, 1e9, Number.NaN, Number.POSITIVE_INFINITY),
)
const leaf = fc.oneof(number, hostileText, fc.boolean(), fc.constant(null), fc.constantFrom('b', 'gb', 'auto', 'none'))
const paths = allPaths(rephotographConfig.file)
const stylePaths = allPaths(stylizeConfig.file).filter((path) => path !== 'method')
const keys = [...new Set([...paths, ...stylePaths].flatMap((path) => path.split('.')))]
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...keys), hostileText), tie('value')), { maxLength: 4 }).map(ownKeys),
  ),
}))

/** An object with these keys as its own, __proto__ too. */
function ownKeys(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries)
}

/** A config in which some of these keys have values of any kind. */
const configOf = (known: readonly string[]) =>
  fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: hostileText }),
        anything,
      ),
      { maxLength: 4 },
    )
    .map((entries) => {
      const document: Record<string, unknown> = {}
      for (const [path, value] of entries) {
        const parts = path.split('.')
        let at = document
        for (const key of parts.slice(0, -1)) {
          const inner = Object.hasOwn(at, key) ? at[key] : undefined
          const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
          Object.defineProperty(at, key, { value: next, enumerable: true, configurable: true, writable: true })
          at = next
        }
        Object.defineProperty(at, parts.at(-1)!, { value, enumerable: true, configurable: true, writable: true })
      }
      return document
    })
const config = fc.oneof(
  configOf(paths),
  configOf(stylePaths).map((document) => ({
    method: 'stylize',
    ...document,
    styles: document.styles ?? [{ picture: 'a.png' }],
  })),
)

/** Completes a config of either method. @returns whether it is one that its schema takes */
function isCompleted(fragment: Fragment): boolean {
  return fragment.method === 'stylize'
    ? stylizeSchema.safeParse(resolveStylize(stylizeFragment(fragment), pack)).success
    : runSchema.safeParse(resolveConfig(portraitConfig(fragment), {}, 128)).success
}

/** As a text, with a piece of it replaced now and then. */
const text = fc
  .tuple(config, fc.boolean(), fc.option(fc.tuple(fc.nat(), fc.nat(8), hostileText), { freq: 3, nil: undefined }))
  .map(([document, lines, change]) => {
    const whole = JSON5.stringify(document, undefined, lines ? 2 : 0) ?? '{}'
    if (!change) return whole
    const start = change[0] % (whole.length + 1)
    return whole.slice(0, start) + change[2] + whole.slice(start + change[1])
  })

describe('a config', () => {
  it('of any content is complete or refused in one line', async () => {
    const complete = { rephotograph: 0, stylize: 0 }
    await inParts(
      fc.property(text, (content) => {
        attempt(() => {
          const { document, source } = parseDocument(content, 'fuzz.json5')
          const fragment = configWithin(document, place, source)
          expect(isCompleted(fragment)).toBe(true)
          complete[fragment.method === 'stylize' ? 'stylize' : 'rephotograph']++
        })
      }),
      numRuns,
    )
    // Otherwise nothing but the parser was tried.
    expect(Math.min(complete.rephotograph, complete.stylize)).toBeGreaterThan(numRuns / 100)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  }, 3_600_000)

  it('changed by --set with any text likewise', async () => {
    const key = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...paths, ...stylePaths) },
      { weight: 1, arbitrary: hostileText },
    )
    const method = fc.constantFrom('rephotograph', 'stylize')
    const value = fc.oneof(
      hostileText,
      anything.map((any) => JSON5.stringify(any) ?? ''),
    )
    await inParts(
      fc.property(method, fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 }), (name, settings) => {
        attempt(() => {
          const changed = applySettings(
            { method: name } as Fragment,
            settings.map((pair) => pair.join('=')),
          )
          expect(isCompleted(changed)).toBe(true)
        })
      }),
      numRuns,
    )
  }, 3_600_000)

  it('in a file of any bytes likewise', async () => {
    const path = join(place, 'bytes.json5')
    await inParts(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 40 }),
          text.map((content) => Buffer.from(content)),
        ),
        (bytes) => {
          writeFileSync(path, bytes)
          attempt(() => loadConfig(path))
        },
      ),
      Math.ceil(numRuns / 10),
    )
  }, 3_600_000)

  it.each([
    ['nesting in lists', `{ input: ${'['.repeat(6000)}${']'.repeat(6000)} }`],
    ['nesting in objects', `${'{a:'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a nested truth', `{ truth: { degradation: { blur: ${'{a:'.repeat(5000)}1${'}'.repeat(5000)} } } }`],
    ['a long text', `{ input: '${'x'.repeat(900_000)}' }`],
    ['a text that is too long', `{ input: '${'x'.repeat(9_000_000)}' }`],
    ['a long list', `{ optimize: { steps: [${'1,'.repeat(100_000)}] } }`],
    ['a long key', `{ '${'\u001b'.repeat(100_000)}': 1 }`],
    ['many keys', `{ ${Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join(', ')} }`],
    ['much extended', `{ extends: [${"'antique-b',".repeat(50_000)}] }`],
    ['open brackets', '['.repeat(300_000)],
    ['open comments', '/*'.repeat(400_000)],
    ['backslashes', `{ '${'\\'.repeat(300_000)}': 1 }`],
  ])('of an excessive size is refused soon: %s', (_, content) => {
    const path = join(place, 'large.json5')
    writeFileSync(path, content)
    let refused = false
    attempt(() => {
      try {
        loadConfig(path)
      } catch (error) {
        refused = true
        throw error
      }
    })
    // This one is a plain config as far as a file alone can tell.
    expect(refused).toBe(_ !== 'a long text')
  })

  it('of levels that each extend the one below twice is read once a level; a chain ends', () => {
    const folder = join(place, 'levels')
    mkdirSync(folder)
    writeFileSync(join(folder, 'l0.json5'), '{ seed: 7 }')
    for (let i = 1; i <= 60; i++) writeFileSync(join(folder, `l${i}.json5`), `{ extends: ['l${i - 1}', 'l${i - 1}'] }`)
    const began = performance.now()
    expect(loadConfig(join(folder, 'l25.json5')).seed).toBe(7)
    expect(() => loadConfig(join(folder, 'l60.json5'))).toThrow(
      'expected at most 50 configs of which each extends the next',
    )
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('the scan of a text', () => {
  it('finds a key that stands twice, in whatever way it is written, and no other', async () => {
    const document = fc.dictionary(fc.oneof(hostileText, fc.constantFrom(...keys)), anything, {
      maxKeys: 5,
      noNullPrototype: true,
    })
    await inParts(
      fc.property(document, fc.constantFrom(JSON.stringify, JSON5.stringify), (object, write) => {
        expect(scan(write(object, null, 2) ?? '').twice).toBeUndefined()
        const [name] = Object.keys(object)
        if (name === undefined) return
        const escaped = [...Array(name.length).keys()].map(
          (i) => `\\u${name.charCodeAt(i).toString(16).padStart(4, '0')}`,
        )
        const again = `{ a: [{}, {${JSON.stringify(name)}: 1, /* " */ other: { x: [2] },\n'${escaped.join('')}': 2}] }`
        const found = scan(again).twice
        expect(found?.first.line).toBe(1)
        expect(found?.second).toEqual({ line: 2, column: 1 })
      }),
      numRuns,
    )
  })
})

it('a value in a message is short and what it is', async () => {
  expect(
    [Number.NaN, Number.POSITIVE_INFINITY, [Number.NaN, null], { a: [-0.5] }, undefined, 'a\u001bb'].map(shown),
  ).toEqual(['NaN', 'Infinity', '[NaN,null]', '{"a":[-0.5]}', 'nothing', '"a\\u001bb"'])
  await inParts(
    fc.property(anything, (value) => {
      const text = shown(value)
      expect(unshown(text)).toBeUndefined()
      expect(text.length).toBeLessThanOrEqual(60)
    }),
    numRuns,
  )
})

it('an experiment and a recipe of any content are read or refused in one line', async () => {
  const experimentKeys = [
    'name',
    'base',
    'inputs',
    'conditions',
    'seeds',
    'threads',
    'sbatch',
    'fromTruth',
    'description',
  ]
  const conditions = fc.oneof(
    anything,
    fc.record({
      list: fc.array(fc.record({ name: hostileText, set: fc.dictionary(fc.constantFrom(...paths), leaf) })),
    }),
    fc.record({
      grid: fc.dictionary(fc.oneof(fc.constantFrom(...paths), hostileText), fc.array(leaf, { maxLength: 3 })),
    }),
    fc.record({ leaveOneOut: fc.array(hostileText) }),
  )
  const experiment = fc.record(
    {
      name: hostileText,
      base: fc.oneof(config, anything),
      inputs: fc.oneof(fc.constant([{ files: 'a.png' }]), anything),
      conditions,
      seeds: fc.oneof(anything, fc.constant([1])),
      threads: fc.oneof(number, fc.constant(1)),
      sbatch: fc.oneof(fc.array(hostileText), anything),
    },
    { requiredKeys: ['inputs'] },
  )
  const path = join(place, 'experiment.json5')
  await inParts(
    fc.property(fc.oneof(experiment, fc.dictionary(fc.constantFrom(...experimentKeys), anything)), (content) => {
      writeFileSync(path, JSON5.stringify(content))
      attempt(() => loadExperiment(path))
      attempt(() => loadRecipe(path))
    }),
    Math.ceil(numRuns / 8),
  )
}, 3_600_000)
