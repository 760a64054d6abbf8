// How sides are cut into tiles: every pixel once in sum, all tiles alike, none larger than asked for.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { leastSide, planAxis } from '../../src/forward/axis.ts'

const wish = fc
  .record({
    margin: fc.integer({ min: 0, max: 20 }),
    blend: fc.integer({ min: 0, max: 12 }),
    multiple: fc.constantFrom(1, 2, 4, 8),
    more: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ more, ...rest }) => ({ ...rest, most: leastSide(rest) + more }))

it('covers every pixel with weights that add up to 1', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), wish, (length, asked) => {
      const { side, margin, tiles } = planAxis(length, asked)
      expect(side).toBeLessThanOrEqual(asked.most)
      expect(side % asked.multiple).toBe(0)
      expect(margin).toBeGreaterThanOrEqual(asked.margin)
      const sums = new Float64Array(length)
      for (const { start, count, weights } of tiles) {
        expect(start % asked.multiple).toBe(0)
        expect(count).toBeLessThanOrEqual(side - 2 * margin)
        weights.forEach((w, x) => {
          expect(w).toBeGreaterThanOrEqual(0)
          sums[start + x]! += w
        })
      }
      for (const sum of sums) expect(sum).toBeCloseTo(1, 5)
    }),
  )
})

it('blends neighbours over the width that is asked for, linearly', () => {
  const { tiles } = planAxis(90, { most: 60, margin: 4, blend: 8, multiple: 1 })
  expect(tiles).toHaveLength(2)
  const [left, right] = tiles
  const shared = left!.start + left!.count - right!.start
  expect(shared).toBeGreaterThanOrEqual(8)
  const ramp = right!.weights.slice(0, shared)
  for (const [i, w] of ramp.entries()) expect(w).toBeCloseTo((i + 0.5) / shared, 5)
})

it('says how large a tile must be', () => {
  expect(() => planAxis(100, { most: 20, margin: 10, blend: 4, multiple: 1 })).toThrow(
    /expected tiles of at least 28 px with margins of 10, found at most 20/,
  )
})
