// Tones of a pasted face: those of the photograph, without a stronger colour than the face had.
import { expect, it } from 'vitest'
import { matchedTones, type Planes } from '../../src/paste/tones.ts'

const planes = (luma: readonly number[], red: number, blue: number): Planes => ({
  luma: Float32Array.from(luma),
  red: new Float32Array(luma.length).fill(red),
  blue: new Float32Array(luma.length).fill(blue),
})
const mask = new Float32Array(4).fill(1)
const face = planes([140, 160, 160, 180], 30, -20)

it('a face that becomes darker in a gray photograph loses colour by the same share', () => {
  const { luma, red, blue } = matchedTones(face, planes([105, 120, 120, 135], 0, 0), mask)
  expect(luma.reduce((a, b) => a + b) / 4).toBeCloseTo(120, 3)
  expect([...red]).toEqual([22.5, 22.5, 22.5, 22.5])
  expect([...blue]).toEqual([-15, -15, -15, -15])
})

it('one that becomes lighter keeps its colour, and a night scene takes half of it at most', () => {
  expect(matchedTones(face, planes([180, 200, 200, 220], 0, 0), mask).red[0]).toBe(30)
  expect(matchedTones(face, planes([10, 20, 20, 30], 0, 0), mask).red[0]).toBe(15)
})
