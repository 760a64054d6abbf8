import { describe, expect, it } from 'vitest'
import { mergeFiles, mergeInto, orderStages } from '../../src/config/merge.ts'

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
