// Points that form a face and points that don't, without any network.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { doubtAboutGiven } from '../../src/align/align.ts'
import type { Point } from '../../src/align/geometry.ts'
import { MIRRORED_POINT } from '../../src/align/mirrored.ts'
import { doubtAboutPlace, doubtAboutShape, leanOf } from '../../src/align/plausible.ts'
import { facePoints } from '../support/landmarks.ts'

const box = { x: 25, y: 25, width: 80, height: 95 }

function turned(points: readonly Point[], degrees: number, [cx, cy]: Point = [64, 75]): Point[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return points.map(([x, y]) => [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos])
}

describe('the shape of a face', () => {
  test('is a face at any size, place and turn', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 50, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: -500, max: 500, noNaN: true }),
        (scale, degrees, move) => {
          const points = turned(facePoints, degrees).map(([x, y]): Point => [x * scale + move, y * scale - move])
          expect(doubtAboutShape(points)).toBeUndefined()
        },
      ),
      { numRuns: 200 },
    )
  })

  test('of a head turned aside is still one', () => {
    // A head turned by 55° about its own axis: widths shrink to a half, and what lies forward moves to the side.
    const depth = (i: number): number =>
      i < 17 ? -30 + 2.5 * (8 - Math.abs(8 - i)) : i < 27 ? 4 : i < 36 ? 14 : i < 48 ? 2 : 6
    const [cos, sin] = [Math.cos(0.96), Math.sin(0.96)]
    const aside = facePoints.map(([x, y], i): Point => [64 + (x - 64) * cos + depth(i) * sin, y])
    expect(doubtAboutShape(aside)).toBeUndefined()
  })

  test('exchanged coordinates, sides and orders are told apart', () => {
    expect(doubtAboutShape(facePoints.map(([x, y]): Point => [y, x]))).toBe('x and y are exchanged')
    expect(doubtAboutShape(MIRRORED_POINT.map((i) => facePoints[i]!))).toMatch(/^left and right are exchanged/)
    expect(doubtAboutShape([...facePoints].reverse())).toBeDefined()
  })

  test('scattered, squeezed and shuffled points are no face', () => {
    expect(doubtAboutShape(facePoints.map(([x, y]): Point => [x, 60 + (y - 60) * 0.2]))).toBeDefined()
    expect(doubtAboutShape(facePoints.map(([x, y]): Point => [60 + (x - 60) * 0.1, y]))).toBeDefined()
    let wrong = 0
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(200)), { minLength: 68, maxLength: 68 }), (points) => {
        const { left, right } = { left: points[36]!, right: points[45]! }
        if (left[0] === right[0] && left[1] === right[1]) return
        wrong += doubtAboutShape(points) === undefined ? 1 : 0
      }),
      { numRuns: 300, seed: 1 },
    )
    expect(wrong).toBe(0)
  })
})

describe('the place of a face', () => {
  test('fits its box', () => {
    expect(doubtAboutPlace(facePoints, box)).toBeUndefined()
    expect(doubtAboutPlace(facePoints, { ...box, width: 300, height: 400 })).toMatch(/0\.3 × the detector's box/)
    expect(doubtAboutPlace(facePoints, { ...box, x: 300 })).toMatch(/beside/)
  })

  test('tilted heads stay, those on their side are for another turn of the picture', () => {
    for (const degrees of [-40, -15, 0, 25, 40]) {
      expect(leanOf(turned(facePoints, degrees))).toBeCloseTo(degrees, -1)
      expect(doubtAboutPlace(turned(facePoints, degrees), box)).toBeUndefined()
    }
    for (const degrees of [90, -90, 180]) expect(doubtAboutPlace(turned(facePoints, degrees), box)).toMatch(/lean by/)
  })
})

describe('points that were given', () => {
  const picture = { width: 128, height: 128 }

  test('are judged in unit and place as well', () => {
    expect(doubtAboutGiven(facePoints, picture)).toBeUndefined()
    const shares = facePoints.map(([x, y]): Point => [x / 128, y / 128])
    expect(doubtAboutGiven(shares, picture)).toBe(
      'they lie between 0 and 1, as shares of the picture; multiply x by 128 and y by 128',
    )
    expect(doubtAboutGiven(facePoints, { width: 60, height: 60 })).toMatch(/outside the picture of 60×60 px/)
  })
})
