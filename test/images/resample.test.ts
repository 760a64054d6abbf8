// Resizing against Pillow's (and, for nearest, OpenCV's) stored answers: equality, not closeness.
import { describe, expect, test } from 'vitest'
import { resizeNearest } from '../../src/images/nearest.ts'
import { type ResampleFilter, resize } from '../../src/images/resample.ts'
import { largestDifference, readFixture, type StoredBitmap, unpack } from '../support/pictures.ts'

const stored = readFixture<{
  color: StoredBitmap
  gray: StoredBitmap
  cases: { filter: ResampleFilter; source: 'color' | 'gray'; out: StoredBitmap }[]
  nearest: { pil: StoredBitmap; opencv: StoredBitmap }[]
}>('resample')

describe('antialiased resizing equals Pillow', () => {
  for (const { filter, source, out } of stored.cases) {
    test(`${filter} ${source} to ${out.width}×${out.height}`, () => {
      const resized = resize(unpack(stored[source]), out.width, out.height, filter)
      expect(largestDifference(resized.data, unpack(out).data)).toBe(0)
    })
  }

  test('an unchanged size is not filtered', () => {
    const bitmap = unpack(stored.gray)
    expect(resize(bitmap, bitmap.width, bitmap.height, 'lanczos')).toBe(bitmap)
  })

  test('impossible sizes are refused', () => {
    expect(() => resize(unpack(stored.gray), 0, 5, 'box')).toThrow(/whole, positive sides/)
  })
})

describe('nearest resizing', () => {
  for (const { pil, opencv } of stored.nearest) {
    test(`to ${pil.width}×${pil.height}`, () => {
      const gray = unpack(stored.gray)
      expect(largestDifference(resizeNearest(gray, pil.width, pil.height, 'pil').data, unpack(pil).data)).toBe(0)
      const ours = resizeNearest(gray, pil.width, pil.height, 'opencv')
      expect(largestDifference(ours.data, unpack(opencv).data)).toBe(0)
    })
  }
})
