// Conversions between bytes and floats: what must come back unchanged, and the reference's quirk that must not.
import { expect, test } from 'vitest'
import { createBitmap, fromPlanar, toPlanar } from '../../src/images/bitmap.ts'
import { isGray, toColor, toGray } from '../../src/images/gray.ts'

const levels = createBitmap(
  256,
  1,
  1,
  Uint8Array.from({ length: 256 }, (_, i) => i),
)
const shape = { channels: 1, height: 1, width: 256 } as const

test('rounding brings every level back, in both ranges', () => {
  for (const range of ['01', 'pm1'] as const) {
    expect(fromPlanar(toPlanar(levels, range), shape, range, 'round').data).toEqual(levels.data)
  }
})

test('truncation through ±1 drops 63 of 256 levels by one, as the reference does', () => {
  const back = fromPlanar(toPlanar(levels, 'pm1'), shape, 'pm1', 'truncate').data
  const dropped = [...back].filter((v, i) => v === i - 1).length
  expect(dropped).toBe(63)
  expect([...back].filter((v, i) => v === i).length).toBe(256 - 63)
})

test('planes are channel by channel', () => {
  const bitmap = createBitmap(2, 1, 3, Uint8Array.of(255, 0, 51, 0, 255, 102))
  expect([...toPlanar(bitmap, '01')]).toEqual([1, 0, 0, 1, Math.fround(0.2), Math.fround(0.4)])
  expect([...toPlanar(bitmap, 'pm1').slice(0, 4)]).toEqual([1, -1, -1, 1])
})

test('values outside are clipped, and NaN is refused', () => {
  const one = { channels: 1, height: 1, width: 2 } as const
  expect([...fromPlanar(Float32Array.of(-3, 3), one, 'pm1', 'truncate').data]).toEqual([0, 255])
  expect([...fromPlanar(Float32Array.of(-3, 3), one, '01', 'round').data]).toEqual([0, 255])
  expect(() => fromPlanar(Float32Array.of(0, Number.NaN), one, '01', 'round')).toThrow(/not a number/)
})

test('lengths that do not fit are refused', () => {
  expect(() => createBitmap(2, 2, 3, new Uint8Array(4))).toThrow(/12 bytes, got 4/)
  expect(() => fromPlanar(new Float32Array(4), shape, '01', 'round')).toThrow(/256 values, got 4/)
})

test('gray is PIL mode L', () => {
  // PIL: Image.new('RGB', (1, 1), color).convert('L')
  const colors = createBitmap(4, 1, 3, Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 12, 200, 77))
  expect([...toGray(colors).data]).toEqual([76, 150, 29, 130])
  expect(isGray(colors)).toBe(false)
  expect(isGray(toColor(toGray(colors)))).toBe(true)
  expect(toGray(toColor(levels)).data).toEqual(levels.data)
})
