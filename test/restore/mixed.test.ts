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

it('in a hole there is what is drawn alone, whatever was there', () => {
  const mask = { width, height, data: Uint8Array.from({ length: area }, (_, i) => Number(i % width === 4)) }
  const white = { ...picture, data: picture.data.map((v, i) => (i % width === 4 ? 1 : v)) }
  const black = { ...picture, data: picture.data.map((v, i) => (i % width === 4 ? -1 : v)) }
  const out = mixed(white, mask, drawn(0.25, 0.3))
  expect(mixed(black, mask, drawn(0.25, 0.3))).toEqual(out)
  expect([out[4], out[area + 4], out[2 * area + 4]]).toEqual([0.25, 0.25, 0.25])
})
