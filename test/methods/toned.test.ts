// Toned photographs: a sepia print is known from a coloured picture, and gray in its tone is the print again.

import { expect, it } from 'vitest'
import { readPicture } from '../../src/images/read.ts'
import type { Samples } from '../../src/images/samples.ts'
import { colorAlongGray, grayed, toned, toneOf } from '../../src/methods/restore/toned.ts'
import { formulaImage } from '../support/formula.ts'

const [width, height] = [96, 72]
const grays = formulaImage('toned', 1, height, width).map((v, i) => 0.1 + 0.8 * (0.3 * v + (0.7 * (i % width)) / width))

/** A print whose shadows are brown and whose paper is yellow. */
function sepia(largest: 255 | 65_535): Samples {
  const data = largest === 255 ? new Uint8Array(3 * grays.length) : new Uint16Array(3 * grays.length)
  grays.forEach((v, i) => {
    data.set(
      [v ** 0.8, v, 0.9 * v ** 1.3].map((channel) => Math.round(largest * channel)),
      3 * i,
    )
  })
  return { width, height, channels: 3, data }
}

const largestDifference = (a: Samples, b: Samples) =>
  (a.data as Uint8Array).reduce((most: number, v: number, i: number) => Math.max(most, Math.abs(v - b.data[i]!)), 0)

it.each([255, 65_535] as const)('gray in the tone of a print is the print, levels to %i', (largest) => {
  const print = sepia(largest)
  const tone = toneOf(print)!
  const again = toned(grayed(print), tone)
  expect(again.data.constructor).toBe(print.data.constructor)
  expect(largestDifference(again, print) / largest).toBeLessThan(0.02)
})

it('a tone goes on beyond the grays that it was seen at', () => {
  const tone = toneOf(sepia(255))!
  const { data } = toned({ width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 128, 255) }, tone)
  expect(data[3]! - data[5]!).toBeGreaterThan(20)
  expect(data[6]! - data[8]!).toBeGreaterThan(20)
})

it('gray has none, and neither has a picture in colours', async () => {
  expect(toneOf(grayed(sepia(255)))).toBeUndefined()
  const gray = sepia(255).data.map((_, i) => Math.round(255 * grays[Math.floor(i / 3)]!)) as Uint8Array
  expect(toneOf({ width, height, channels: 3, data: gray })).toBeUndefined()
  for (const name of ['antique-b.truth.png', 'harbour.jpg', 'brushwork.jpg']) {
    const picture = await readPicture(`examples/${name}`)
    expect(toneOf(picture), name).toBeUndefined()
    expect(colorAlongGray(picture)!.away, name).toBeGreaterThan(8)
  }
})

it('keeps what is transparent', () => {
  const alpha = new Uint8Array(width * height).fill(7)
  const print = { ...sepia(255), alpha }
  expect(toned(grayed(print), toneOf(print)!).alpha).toBe(alpha)
})
