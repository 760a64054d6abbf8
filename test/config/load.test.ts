import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectation } from '../../src/config/expectation.ts'
import { ConfigError, presetsFolder } from '../../src/config/index.ts'
import { type JsonObject, mergeInto } from '../../src/config/merge.ts'
import { applySettings, kindOf, loadConfig } from '../../src/methods/configs.ts'
import { portraitConfig } from '../../src/methods/rephotograph/config.ts'
import { resolveConfig } from '../../src/methods/rephotograph/resolve.ts'
import { stylizeConfig, stylizeDefaults, stylizeSchema } from '../../src/methods/stylize/schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  mkdirSync(join(folder, 'sub'), { recursive: true })
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function errorOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).not.toContain('\n')
    return (error as Error).message
  }
  throw new Error('expected an error')
}

describe('presets', () => {
  const presets = readdirSync(presetsFolder).filter((name) => name.endsWith('.json5'))

  const portraits = presets.filter((name) => kindOf(loadConfig(name)).method === 'rephotograph')

  it.each(portraits)('%s resolves at 128 and 1024 px', (name) => {
    for (const size of [128, 1024])
      expect(() => resolveConfig(portraitConfig(loadConfig(name)), {}, size)).not.toThrow()
  })

  it('of style transfer are complete, and say a method', () => {
    const others = presets.filter((name) => !portraits.includes(name))
    expect(others.sort()).toEqual([
      'gatys.json5',
      'neural-style.json5',
      'pytorch-tutorial.json5',
      'tensorflow-tutorial.json5',
      'wasserstein.json5',
    ])
    for (const name of others) {
      const complete = mergeInto(stylizeConfig, stylizeDefaults as unknown as JsonObject, loadConfig(name))
      expect(stylizeSchema.safeParse(complete).error).toBeUndefined()
    }
  })

  it('are found by their name', () => {
    expect(loadConfig('antique-gb').sensitivity).toBe('gb')
  })
})

describe('extends', () => {
  it('starts from presets and files relative to the file, later ones winning', () => {
    file('sub/base.json5', `{ input: 'a.png', optimize: { steps: [1], lr: 3 } }`)
    const child = file('child.json5', `{ extends: ['antique-g', './sub/base.json5'], optimize: { lr: 2 } }`)
    expect(loadConfig(child)).toMatchObject({
      sensitivity: 'g',
      input: join(folder, 'sub', 'a.png'),
      optimize: { steps: [1], lr: 2 },
    })
  })

  it('ends circles with the files in them', () => {
    file('one.json5', `{ extends: 'two' }`)
    file('two.json5', `{ extends: 'one' }`)
    expect(errorOf(() => loadConfig(join(folder, 'one.json5')))).toContain('one.json5 → two.json5 → one.json5')
  })

  it('says which file names a missing one', () => {
    const message = errorOf(() => loadConfig(file('lost.json5', `{\n  extends: 'nowhere'\n}`)))
    expect(message).toMatch(/lost\.json5:2: extends: expected a config file .* found no file "nowhere"/u)
  })
})

describe('mistakes in a file', () => {
  it.each([
    // a misspelt key, with line and the key that was meant
    [
      `{\n  // lr: 1\n  optimize: { steps: [1], cameraLR: 2 },\n}`,
      /:3: optimize\.cameraLR: unknown key; the nearest valid key is optimize\.cameraLr$/u,
    ],
    [`{ camera_lr: 2 }`, /:1: camera_lr: unknown key; the nearest valid key is optimize\.cameraLr$/u],
    [`{ losses: {\n eyes: { weight: 2 } } }`, /:2: losses\.eyes: unknown key; the nearest valid key is losses\.eye$/u],
    [`{ losses: { bananas: {} } }`, /valid keys in losses are face, eye, contextual, colorTransfer, noise, /u],
    // bad values
    [`{\n seed: 1,\n sensitivity: 'r' }`, /:3: sensitivity: expected one of "b", "gb", "g" or "auto", found "r"$/u],
    [`{ optimize: { lr: 'fast' } }`, /optimize\.lr: expected a number ≥ 0 and ≤ 1000, found "fast"$/u],
    [
      `{ optimize: { steps: [\n  250,\n  -1] } }`,
      /:3: optimize\.steps\.1: expected a whole number ≥ 1 and ≤ 1000000, found -1$/u,
    ],
    [
      `{ optimize: { steps: 250 } }`,
      /optimize\.steps: expected a list of 1 to 10, each a whole number ≥ 1 and ≤ 1000000, found 250$/u,
    ],
    [`{ seed: 1.5 }`, /seed: expected a whole number ≥ 0 and ≤ 4294967295, found 1\.5$/u],
    [`{ encode: { mix: [1] } }`, /encode\.mix: expected a list of 2, each a whole number ≥ 0 and ≤ 32, found \[1\]$/u],
    [`{ optimize: 3 }`, /optimize: expected an object, found 3$/u],
    [
      `{ align: { outputSize: 'big' } }`,
      /align\.outputSize: expected a whole number ≥ 1 and ≤ 8192 or "crop", found "big"$/u,
    ],
    [
      `{ losses: { eye: { vggLayers: ['relu1_2', 'relu3_4'] } } }`,
      /eye\.vggLayers\.1: expected a layer such as "relu2_2", found "relu3_4"$/u,
    ],
    // not JSON5, not an object
    [`{\n  seed: 1\n  pack: 'x' }`, /:3: expected JSON5, found invalid character 'p'$/u],
    [`[1]`, /expected an object \{ … \}, found \[1\]$/u],
  ])('%s', (text, message) => {
    expect(errorOf(() => loadConfig(file('bad.json5', text)))).toMatch(message)
  })

  it('reports a mistake where it stands, not where it is extended', () => {
    file('base.json5', `{\n\n  sede: 3 }`)
    const message = errorOf(() => loadConfig(file('child.json5', `{ extends: './base' }`)))
    expect(message).toMatch(/base\.json5:3: sede: unknown key; the nearest valid key is seed$/u)
  })

  it('names a missing file', () => {
    expect(errorOf(() => loadConfig('no-such-config'))).toMatch(
      /^no-such-config: expected a config file or a preset \(antique-b, .*\), found no such file/u,
    )
  })
})

describe('what a value may be, in words', () => {
  it.each([
    [z.tuple([z.number().min(0), z.number().min(0)]), 'a list of 2, each a number ≥ 0'],
    [z.tuple([z.number().min(0), z.number().max(1)]), 'a list of 2: a number ≥ 0, a number ≤ 1'],
    [z.array(z.number()).length(9), 'a list of 9, each a number'],
    [z.array(z.number()).min(1).max(3), 'a list of 1 to 3, each a number'],
    [z.array(z.number()), 'a list, each a number'],
  ])('%#', (schema, words) => {
    expect(expectation(schema)).toBe(words)
  })

  it('limits of what fading learns are both shares', () => {
    const set = (value: string) => applySettings({}, [`degradation.fading.bounds.${value}`])
    set('amount=[0,1]')
    expect(errorOf(() => set('amount=[0,1.5]'))).toMatch(/amount\.1: expected a number ≥ 0 and ≤ 1, found 1\.5$/u)
    expect(errorOf(() => set('amount=[2,1]'))).toMatch(/amount\.0: expected a number ≥ 0 and ≤ 1, found 2$/u)
    expect(errorOf(() => set('tint=[0,-1]'))).toMatch(/tint\.1: expected a number ≥ 0 and ≤ 1, found -1$/u)
  })
})

describe('--set', () => {
  it('reads JSON5 and falls back to text', () => {
    const config = applySettings({ optimize: { lr: 1 } }, [
      'optimize.steps=[2,3]',
      'sensitivity=gb',
      'degradation.blur=null',
      'histogram.match=false',
    ])
    expect(config).toEqual({
      optimize: { lr: 1, steps: [2, 3] },
      sensitivity: 'gb',
      degradation: { blur: null },
      histogram: { match: false },
    })
  })

  it('puts a new stage to the end whatever a config or another --set names', () => {
    const stages = (...settings: string[]) =>
      Object.keys(resolveConfig(portraitConfig(applySettings({}, settings)), {}, 128).degradation)
    const [blur, grain] = ['degradation.blur.radius=1', 'degradation.grain.level=0.1']
    const expected = ['blur', 'downsample', 'spectral', 'response', 'grain']
    expect([stages(grain), stages(blur, grain), stages(grain, blur)]).toEqual([expected, expected, expected])
    const soft = loadConfig(file('soft.json5', `{ degradation: { blur: { radius: 2 } } }`))
    expect(Object.keys(resolveConfig(portraitConfig(applySettings(soft, [grain])), {}, 128).degradation)).toEqual(
      expected,
    )
  })

  it.each([
    ['optimise.lr=2', /^--set optimise\.lr=2: optimise: unknown key; the nearest valid key is optimize$/u],
    ['seed=x', /^--set seed=x: seed: expected a whole number ≥ 0 and ≤ 4294967295, found "x"$/u],
    ['seed', /expected key=value/u],
    ['=3', /expected key=value/u],
    ['seed.more=3', /seed: expected a whole number .* found \{"more":3\}$/u],
  ])('%s', (setting, message) => {
    expect(errorOf(() => applySettings({}, [setting]))).toMatch(message)
  })
})
