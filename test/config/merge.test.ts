import { describe, expect, it } from 'vitest'
import { type JsonObject, mergeFiles, mergeInto, orderEntries } from '../../src/config/merge.ts'
import { rephotographConfig } from '../../src/methods/rephotograph/config.ts'
import { resolveConfig } from '../../src/methods/rephotograph/resolve.ts'

const files = (one: JsonObject, other: JsonObject) => mergeFiles(rephotographConfig, one, other)
const into = (complete: JsonObject, over: JsonObject) => mergeInto(rephotographConfig, complete, over)
const base = { blur: {}, downsample: {}, spectral: {}, response: {} }

describe('the order of degradation stages', () => {
  it.each([
    [['halation'], 'blur downsample spectral response halation'],
    [['blur', 'halation'], 'blur halation downsample spectral response'],
    [['halation', 'spectral'], 'blur downsample halation spectral response'],
    [['response', 'spectral'], 'blur downsample response spectral'],
    [['vignette', 'blur', 'halation', 'grain'], 'vignette blur halation grain downsample spectral response'],
  ])('%j → %s', (names, expected) => {
    const over = Object.fromEntries(names.map((name) => [name, {}]))
    expect(orderEntries(base, over).join(' ')).toBe(expected)
  })
})

describe('the order of stages that come from several parts, each by itself', () => {
  const ordered = (...parts: readonly (readonly string[])[]) => {
    const degradations = parts.map((names) => ({ degradation: Object.fromEntries(names.map((name) => [name, {}])) }))
    const fragment = degradations.reduce<JsonObject>((merged, part) => files(merged, part), {})
    return Object.keys(resolveConfig(fragment, {}, 128).degradation).join(' ')
  }

  it.each([
    [[['blur'], ['grain']], 'blur downsample spectral response grain'],
    [[['grain'], ['blur']], 'blur downsample spectral response grain'],
    [[['response'], ['blur']], 'blur downsample spectral response'],
    [[['grain'], ['fading'], ['spectral']], 'blur downsample spectral response grain fading'],
    [[['blur', 'vignette'], ['grain'], ['vignette']], 'blur vignette downsample spectral response grain'],
    [[['blur'], ['blur', 'halation']], 'blur halation downsample spectral response'],
    [[['response', 'blur'], ['grain']], 'response downsample spectral blur grain'],
  ])('%j → %s', (parts, expected) => {
    expect(ordered(...parts)).toBe(expected)
  })

  it('a part that is merged before another stays as short as it can', () => {
    const merged = files({ degradation: { response: {} } }, { degradation: { blur: { radius: 1 } } })
    expect(Object.entries(merged.degradation as JsonObject)).toEqual([
      ['blur', { radius: 1 }],
      ['response', {}],
    ])
  })

  it('keeps a stage that a part takes out, taken out', () => {
    const without = files({ degradation: { spectral: null } }, { degradation: { grain: { level: 0.1 } } })
    expect(Object.keys(resolveConfig(without, {}, 128).degradation)).toEqual([
      'blur',
      'downsample',
      'response',
      'grain',
    ])
  })
})

describe('merging', () => {
  it('merges objects and replaces lists', () => {
    expect(files({ a: { x: 1, l: [1, 2] } }, { a: { y: 2, l: [3] } })).toEqual({ a: { x: 1, y: 2, l: [3] } })
  })

  it('between files, null takes back; into a complete config, it leaves', () => {
    expect(files({ a: 1 }, { a: null })).toEqual({ a: null })
    expect(into({ a: 1 }, { a: null })).toEqual({ a: 1 })
    expect(into({ degradation: { blur: {}, response: {} } }, { degradation: { blur: null } })).toEqual({
      degradation: { response: {} },
    })
  })
})
