import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/index.ts'
import { type JsonObject, mergeFiles, mergeInto, orderStages } from '../../src/config/merge.ts'

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
    expect(orderStages(base, over).join(' ')).toBe(expected)
  })
})

describe('the order of stages that come from several parts, each by itself', () => {
  const ordered = (...parts: readonly (readonly string[])[]) => {
    const degradations = parts.map((names) => ({ degradation: Object.fromEntries(names.map((name) => [name, {}])) }))
    const fragment = degradations.reduce<JsonObject>(mergeFiles, {})
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
    const merged = mergeFiles({ degradation: { response: {} } }, { degradation: { blur: { radius: 1 } } })
    expect(Object.entries(merged.degradation as JsonObject)).toEqual([
      ['blur', { radius: 1 }],
      ['response', {}],
    ])
  })

  it('keeps a stage that a part takes out, taken out', () => {
    const without = mergeFiles({ degradation: { spectral: null } }, { degradation: { grain: { level: 0.1 } } })
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
    expect(mergeFiles({ a: { x: 1, l: [1, 2] } }, { a: { y: 2, l: [3] } })).toEqual({ a: { x: 1, y: 2, l: [3] } })
  })

  it('between files, null takes back; into a complete config, it leaves', () => {
    expect(mergeFiles({ a: 1 }, { a: null })).toEqual({ a: null })
    expect(mergeInto({ a: 1 }, { a: null })).toEqual({ a: 1 })
    expect(mergeInto({ degradation: { blur: {}, response: {} } }, { degradation: { blur: null } })).toEqual({
      degradation: { response: {} },
    })
  })
})
