// What a decoder of four planes draws and what is left of a photograph.

import { expect, it } from 'vitest'
import { mixed } from '../../src/restore/mixed.ts'
import { formulaImage } from '../support/formula.ts'

const [width, height] = [12, 9]
const area = width * height
const picture = { channels: 3, width, height, data: formulaImage('mixed', 3, height, width).map((v) => 1.6 * v - 0.8) }
const drawn = (color: number, stays: number) =>
  Float32Array.from({ length: 4 * area }, (_, i) => (i < 3 * area ? color : 2 * stays - 1))

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0)

/** The blur of 5×5 as its definition, in float64. */
function soft(data: Float32Array): Float64Array {
  const weights = [1, 4, 6, 4, 1]
  const at = (v: number, length: number) => (v < 0 ? -v : v >= length ? 2 * length - 2 - v : v)
  return Float64Array.from({ length: 3 * area }, (_, i) => {
    const [x, y, c] = [i % width, Math.floor(i / width) % height, Math.floor(i / area)]
    let sum = 0
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++)
        sum +=
          (weights[dx + 2]! * weights[dy + 2]! * data[c * area + at(y + dy, height) * width + at(x + dx, width)]!) / 256
    return sum
  })
}

it('all grain stays: the photograph; none: its blur; half: their mean', () => {
  expect(largest(mixed(picture, undefined, drawn(0, 1)), picture.data)).toBeLessThan(1e-6)
  expect(largest(mixed(picture, undefined, drawn(0, 0)), soft(picture.data))).toBeLessThan(1e-6)
  const half = soft(picture.data).map((v, i) => (v + picture.data[i]!) / 2)
  expect(largest(mixed(picture, undefined, drawn(0, 0.5)), half)).toBeLessThan(1e-6)
})

it('colours are added, within the range', () => {
  const out = mixed(picture, undefined, drawn(0.5, 1))
  expect(
    largest(
      out,
      picture.data.map((v) => Math.min(1, v + 0.5)),
    ),
  ).toBeLessThan(1e-6)
  expect(Math.max(...out)).toBe(1)
})

const column = (from: number, to: number) => ({
  ...{ width, height },
  data: Uint8Array.from({ length: area }, (_, i) => Number(i % width >= from && i % width < to)),
})

it('what was in a hole does not matter, and what is around it fills it', () => {
  const mask = column(4, 7)
  const holed = (value: number) => ({
    ...picture,
    data: picture.data.map((v, i) => (mask.data[i % area] ? value : v)),
  })
  const out = mixed(holed(1), mask, drawn(0, 0.3))
  expect(mixed(holed(-1), mask, drawn(0, 0.3))).toEqual(out)
  // A flat photograph is whole again, at any share of its grain.
  const flat = { ...picture, data: picture.data.map((_, i) => (mask.data[i % area] ? 1 : -0.7)) }
  for (const stays of [0, 0.4, 1])
    expect(largest(mixed(flat, mask, drawn(0, stays)), new Float32Array(3 * area).fill(-0.7))).toBeLessThan(1e-6)
  expect(largest(mixed(flat, mask, drawn(0.5, 1)), new Float32Array(3 * area).fill(-0.2))).toBeLessThan(1e-6)
})

it('where everything is gone there is what is drawn on gray', () => {
  const out = mixed(picture, column(0, width), drawn(0.25, 0.5))
  expect(largest(out, new Float32Array(3 * area).fill(0.25))).toBeLessThan(1e-6)
})

it('a hole deeper than 32 pixels is gray in its middle', () => {
  const [wide, high] = [120, 6]
  const data = Uint8Array.from({ length: wide * high }, (_, i) => Number(i % wide >= 20 && i % wide < 100))
  const flat = { channels: 3, width: wide, height: high, data: new Float32Array(3 * wide * high).fill(-0.7) }
  const out = mixed(flat, { width: wide, height: high, data }, new Float32Array(4 * wide * high))
  expect([out[20 + 31], out[20 + 40]].map((v) => Number(v!.toFixed(5)))).toEqual([-0.7, 0])
})
