// Histogram matching: the golden tables exactly, and the rules on tiny pictures where the answer is plain.
import { describe, expect, test } from 'vitest'
import { createBitmap } from '../../src/images/bitmap.ts'
import {
  emulsionGray,
  levelCounts,
  matchingTable,
  matchSkinHistogram,
  type Sensitivity,
} from '../../src/parsing/histogram.ts'
import { quantizeLikeReference } from '../../src/parsing/quantize.ts'
import { resizeMask } from '../../src/parsing/skin.ts'
import { formulaImage } from '../support/formula.ts'
import { readGolden } from '../support/golden.ts'

type Entry = { lut: number[]; gray: { shape: number[]; mean: number; std: number; samples: number[] } }
const golden = readGolden<Record<Sensitivity, Entry>>('histogram')

const ellipse = (width: number, height: number, x0: number, y0: number, rx: number, ry: number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width
    const y = Math.floor(i / width)
    return ((y - y0) / ry) ** 2 + ((x - x0) / rx) ** 2 < 1 ? 255 : 0
  })

/** The golden pictures: the source gray, the reference with its planes stored blue first. */
function goldenPictures() {
  const source = createBitmap(160, 200, 1)
  source.data.set(formulaImage('hist/src', 1, 200, 160, golden.salt).map((v) => Math.floor(Math.fround(v * 255))))
  const planes = formulaImage('hist/ref', 3, 256, 256, golden.salt)
  const sibling = createBitmap(256, 256, 3)
  const area = 256 * 256
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < area; i++) sibling.data[3 * i + (2 - c)] = Math.floor(255 * planes[c * area + i]! ** 1.7)
  }
  return { source, sibling }
}

describe('golden tables', () => {
  const { source, sibling } = goldenPictures()
  const sourceMask = ellipse(160, 200, 80, 100, 50, 70)
  const siblingMask = ellipse(256, 256, 128, 120, 70, 80)

  for (const sensitivity of ['b', 'gb', 'g'] as const) {
    test(sensitivity, () => {
      const { lut, gray } = golden[sensitivity]
      const seen = emulsionGray(sibling, sensitivity)
      const n = seen.data.length
      expect(seen.data.reduce((a, v) => a + v, 0) / n).toBeCloseTo(gray.mean, 4)
      const last = gray.samples.length - 1
      expect(gray.samples.map((_, j) => seen.data[Math.floor((j * (n - 1)) / last)])).toEqual(gray.samples)
      const { table, bitmap } = matchSkinHistogram(source, sibling, { sensitivity, sourceMask, siblingMask })
      const inSource = levelCounts(source, undefined, 'source')
      expect([...table].map((v, level) => (inSource[level] ? v : -1))).toEqual(lut)
      expect([...bitmap.data.slice(0, 99)]).toEqual([...source.data.slice(0, 99)].map((v) => table[v]))
    })

    test(`${sensitivity}: a wrong channel order, mask or rounding is noticed`, () => {
      const wrong: Uint8Array[] = []
      const swapped = createBitmap(256, 256, 3)
      for (let i = 0; i < swapped.data.length; i++) swapped.data[i] = sibling.data[i - (i % 3) + 2 - (i % 3)]!
      wrong.push(matchSkinHistogram(source, swapped, { sensitivity, sourceMask, siblingMask }).table)
      wrong.push(matchSkinHistogram(source, sibling, { sensitivity, siblingMask }).table)
      const lower = { ...source, data: source.data.map((v) => v - 1) }
      wrong.push(matchSkinHistogram(lower, sibling, { sensitivity, sourceMask, siblingMask }).table)
      for (const table of wrong) {
        expect(golden[sensitivity].lut.every((v, level) => v === -1 || v === table[level])).toBe(false)
      }
    })
  }
})

test('first level with at least the share, else the previous answer', () => {
  const counts = (entries: [number, number][]): Uint32Array => {
    const all = new Uint32Array(256)
    for (const [level, n] of entries) all[level] = n
    return all
  }
  const table = matchingTable(
    counts([
      [10, 1],
      [20, 3],
    ]),
    counts([
      [50, 2],
      [60, 2],
      [70, 4],
    ]),
  )
  expect([table[9], table[10], table[19], table[20], table[255]]).toEqual([0, 50, 50, 70, 70])
})

test('the reference truncates its input, and rounding leaves it alone', () => {
  const levels = createBitmap(256, 1, 1)
  for (let i = 0; i < 256; i++) levels.data[i] = i
  const truncated = quantizeLikeReference(levels, 'truncate').data
  expect(truncated.filter((v, i) => v !== i).length).toBe(63)
  expect(quantizeLikeReference(levels, 'round')).toBe(levels)
})

test('masks are resized as OpenCV does', () => {
  const mask = Uint8Array.of(255, 0, 0, 255)
  const from = { width: 4, height: 1 }
  expect([...resizeMask(mask, from, { width: 2, height: 1 })]).toEqual([255, 0])
  expect([...resizeMask(mask, from, { width: 2, height: 1 }, 'pil')]).toEqual([0, 255])
  expect([...resizeMask(mask, from, { width: 8, height: 1 })]).toEqual([255, 255, 0, 0, 0, 0, 255, 255])
})

test('masks that do not fit, and faces without skin, are refused', () => {
  const gray = createBitmap(4, 4, 1)
  const run = (sourceMask: Uint8Array) => () => matchSkinHistogram(gray, gray, { sensitivity: 'b', sourceMask })
  expect(run(new Uint8Array(4))).toThrow(/expected a mask of 4×4/)
  expect(run(new Uint8Array(16))).toThrow(/no skin was found/)
})
