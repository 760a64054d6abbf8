// Pasting back: what must be exact is exact for any photograph, square and mask; what is looked at lies where it belongs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Quad } from '../../src/align/geometry.ts'
import { transformQuad } from '../../src/align/transform.ts'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { toColor, toGray } from '../../src/images/gray.ts'
import { resize } from '../../src/images/resample.ts'
import { headMask, squareMask } from '../../src/paste/mask.ts'
import { type PasteMode, pasteInto } from '../../src/paste/paste.ts'

/** A square around a centre, turned by an angle (clockwise on screen), corners as the alignment gives them. */
function square([x, y]: readonly [number, number], side: number, angle: number): Quad {
  const corner = (dx: number, dy: number) =>
    [
      x + (side / 2) * (dx * Math.cos(angle) - dy * Math.sin(angle)),
      y + (side / 2) * (dx * Math.sin(angle) + dy * Math.cos(angle)),
    ] as const
  return [corner(-1, -1), corner(-1, 1), corner(1, 1), corner(1, -1)]
}

/** Coarse noise with fine noise on it: structure that survives reduction, and grain that does not. */
function photograph(width: number, height: number, channels: 1 | 3, seed: number): Bitmap {
  let state = seed >>> 0
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const coarse = createBitmap(5, 5, channels)
  for (let i = 0; i < coarse.data.length; i++) coarse.data[i] = 256 * random()
  const picture = resize(coarse, width, height, 'bicubic')
  return { ...picture, data: picture.data.map((v) => Math.min(255, Math.max(0, v + 30 * (random() - 0.5)))) }
}

const cropOf = (photo: Bitmap, quad: Quad, side: number) => {
  const shifted = quad.map(([x, y]) => [x + 0.5, y + 0.5]) as unknown as Quad
  return resize(transformQuad(photo, shifted, 2 * side, 2 * side), side, side, 'lanczos')
}
const white = (side: number) => createBitmap(side, side, 1, new Uint8Array(side * side).fill(255))
const filled = (side: number, color: readonly number[]) =>
  createBitmap(
    side,
    side,
    3,
    Uint8Array.from({ length: 3 * side * side }, (_, i) => color[i % 3]!),
  )
const at = ({ data, width, channels }: Bitmap, x: number, y: number) => [
  ...data.subarray((y * width + x) * channels, (y * width + x) * channels + channels),
]

describe('an unchanged crop', () => {
  it('changes nothing, wherever it lies, however it is turned, whatever its size and mask', () => {
    fc.assert(
      fc.property(
        fc.record({
          width: fc.integer({ min: 20, max: 90 }),
          height: fc.integer({ min: 20, max: 90 }),
          channels: fc.constantFrom<1 | 3>(1, 3),
          seed: fc.integer(),
          centre: fc.tuple(
            fc.double({ min: -0.2, max: 1.2, noNaN: true }),
            fc.double({ min: -0.2, max: 1.2, noNaN: true }),
          ),
          share: fc.double({ min: 0.2, max: 2, noNaN: true }),
          angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
          side: fc.constantFrom(16, 32, 64),
          scale: fc.constantFrom(1, 2),
          mask: fc.constantFrom(white, squareMask, (side: number) => photograph(side, side, 3, side)),
          mode: fc.constantFrom<PasteMode>('face', 'color'),
        }),
        ({ width, height, channels, seed, centre, share, angle, side, scale, mask, mode }) => {
          const photo = photograph(width, height, channels, seed)
          const quad = square([centre[0] * width, centre[1] * height], share * Math.min(width, height), angle)
          const crop = cropOf(photo, quad, side * scale)
          const result = crop.width === side ? crop : resize(crop, side, side, 'bicubic')
          const whole = pasteInto(photo, [{ quad, crop, result, mask: mask(side) }], mode)
          const before = toColor(photo).data
          const most = Math.max(...whole.data.map((value, i) => Math.abs(value - before[i]!)))
          expect(most).toBe(0)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('takes nothing from another face beneath but what its mask covers', () => {
    const photo = photograph(80, 60, 3, 4)
    const quad = square([30, 30], 40, 0.3)
    const other = {
      quad: square([50, 30], 30, 0),
      crop: filled(32, [90, 90, 90]),
      result: filled(32, [200, 80, 60]),
      mask: white(32),
    }
    const crop = cropOf(photo, quad, 32)
    const alone = pasteInto(photo, [other], 'face')
    const both = pasteInto(photo, [other, { quad, crop, result: crop, mask: createBitmap(32, 32, 1) }], 'face')
    expect(both.data).toEqual(alone.data)
  })
})

it.each<PasteMode>(['face', 'color'])('an unchanged crop of hardly any light changes nothing: %s', (mode) => {
  for (const most of [1, 2, 5]) {
    const photo = photograph(40, 40, 3, most)
    const dark = { ...photo, data: photo.data.map((v) => v % (most + 1)) }
    const quad = square([20, 20], 60, 0.2)
    const crop = cropOf(dark, quad, 16)
    expect(pasteInto(dark, [{ quad, crop, result: crop, mask: white(16) }], mode).data).toEqual(dark.data)
  }
})

describe('a changed crop', () => {
  it('changes nothing outside of its mask', () => {
    const photo = photograph(100, 80, 3, 1)
    const quad = square([50, 40], 50, 0.7)
    const crop = cropOf(photo, quad, 32)
    const whole = pasteInto(photo, [{ quad, crop, result: filled(32, [250, 20, 20]), mask: squareMask(32) }], 'face')
    let changed = 0
    for (let y = 0; y < 80; y++)
      for (let x = 0; x < 100; x++) {
        const [dx, dy] = [x - 50, y - 40]
        const [u, v] = [dx * Math.cos(0.7) + dy * Math.sin(0.7), -dx * Math.sin(0.7) + dy * Math.cos(0.7)]
        const isSame = at(whole, x, y).every((value, c) => value === at(photo, x, y)[c])
        if (Math.max(Math.abs(u), Math.abs(v)) > 26) expect(isSame).toBe(true)
        else if (!isSame) changed++
      }
    expect(changed).toBeGreaterThan(900)
  })

  it.each([
    ['upright', 0],
    ['on its side', Math.PI / 2],
    ['upside down', Math.PI],
    ['leaning', 0.5],
  ])('lies where it was cut out, %s', (_, angle) => {
    const gray = createBitmap(120, 120, 1, new Uint8Array(120 * 120).fill(120))
    const quad = square([60, 60], 80, angle)
    const crop = createBitmap(32, 32, 1, new Uint8Array(32 * 32).fill(120))
    // bright where the crop's upper left is, dark where its lower right is; equal means, so that no tones are matched away
    const result = filled(32, [120, 120, 120])
    for (let y = 4; y < 12; y++)
      for (let x = 4; x < 12; x++) result.data.fill(200, (y * 32 + x) * 3, (y * 32 + x) * 3 + 3)
    for (let y = 20; y < 28; y++)
      for (let x = 20; x < 28; x++) result.data.fill(40, (y * 32 + x) * 3, (y * 32 + x) * 3 + 3)
    const whole = toGray(pasteInto(gray, [{ quad, crop, result, mask: white(32) }], 'face'))
    const level = (u: number, v: number) => {
      const [dx, dy] = [(u / 32 - 0.5) * 80, (v / 32 - 0.5) * 80]
      const x = Math.round(60 + dx * Math.cos(angle) - dy * Math.sin(angle))
      const y = Math.round(60 + dx * Math.sin(angle) + dy * Math.cos(angle))
      return at(whole, x, y)[0]!
    }
    expect(level(8, 8)).toBeGreaterThan(150)
    expect(level(24, 24)).toBeLessThan(90)
    expect(Math.abs(level(24, 8) - 120)).toBeLessThan(3)
    expect(Math.abs(level(8, 24) - 120)).toBeLessThan(3)
  })

  it('in "color" keeps the luminance of every pixel, grain and all', () => {
    const photo = photograph(90, 70, 1, 9)
    const quad = square([45, 35], 60, -0.4)
    const crop = cropOf(photo, quad, 32)
    const whole = pasteInto(photo, [{ quad, crop, result: filled(32, [230, 120, 80]), mask: white(32) }], 'color')
    const levels = toGray(whole).data
    expect(Math.max(...levels.map((value, i) => Math.abs(value - photo.data[i]!)))).toBeLessThanOrEqual(1)
    const [r, g, b] = at(whole, 45, 35)
    expect(r! > g! && g! > b!).toBe(true)
  })

  it('in "face" has the tones of the photograph', () => {
    const photo = createBitmap(
      80,
      80,
      1,
      photograph(80, 80, 1, 3).data.map((v) => 30 + v / 4),
    )
    const quad = square([40, 40], 60, 0)
    const crop = cropOf(photo, quad, 32)
    const bright = resize(toColor(photograph(32, 32, 1, 77)), 32, 32, 'bicubic')
    const whole = toGray(pasteInto(photo, [{ quad, crop, result: bright, mask: white(32) }], 'face'))
    const mean = ({ data }: Bitmap) => data.reduce((sum, v) => sum + v, 0) / data.length
    expect(Math.abs(mean(whole) - mean(photo))).toBeLessThan(2)
  })

  it('that is not square is refused', () => {
    const photo = photograph(40, 40, 1, 1)
    const one = {
      quad: square([20, 20], 20, 0),
      crop: createBitmap(8, 9, 1),
      result: filled(8, [1, 1, 1]),
      mask: white(8),
    }
    expect(() => pasteInto(photo, [one], 'face')).toThrow('the crop: expected a square, found 8×9')
  })
})

describe('masks', () => {
  const side = 64
  const disc = (x: number, y: number, radius: number) =>
    Array.from({ length: side * side }, (_, i) => Math.hypot((i % side) - x, Math.floor(i / side) - y) <= radius)

  it('of a square fades to nothing at the edge', () => {
    const { data } = squareMask(side)
    expect(data[(side / 2) * side + side / 2]).toBe(255)
    for (let i = 0; i < side; i++)
      for (const edge of [i, i * side, i * side + side - 1]) expect(data[edge]).toBeLessThan(3)
  })

  it('of a head have no specks and no holes, and end at the old outline', () => {
    const old = disc(32, 32, 16).map((value, i) => value && i !== 32 * side + 32)
    const fresh = disc(36, 32, 20)
    fresh[3 * side + 3] = true
    const mask = headMask(fresh, old, side, 0.02)
    expect(at(mask, 32, 32)).toEqual([255, 255, 255])
    expect(at(mask, 3, 3)).toEqual([0, 0, 0])
    // the result's head goes on where the old one has ended
    expect(at(mask, 54, 32)).toEqual([0, 0, 0])
    // the old head goes on where the result's has ended
    const ear = headMask(disc(40, 32, 14), old, side, 0.02)
    expect(at(ear, 19, 32)[0]).toBeLessThan(30)
    expect(at(ear, 19, 32)[1]).toBeGreaterThan(200)
  })
})
