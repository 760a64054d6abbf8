// Scans that lie on their side or upside down, textures that are no portrait, and landmarks that don't belong: on the
// bundled examples and on pictures made here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AlignedPortrait, alignPortrait } from '../../src/align/align.ts'
import { alignFile } from '../../src/align/align-file.ts'
import { cropInWords, cropMark } from '../../src/align/crop-mark.ts'
import type { DetectedFace } from '../../src/align/face.ts'
import { chooseFace } from '../../src/align/face.ts'
import { findTurn } from '../../src/align/face-turn.ts'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { resize } from '../../src/images/resample.ts'
import { TURNS, turnBack, turnBitmap } from '../../src/images/turn.ts'
import { examplePoints } from '../support/landmarks.ts'

const options = { outputSize: 64, transformSize: 128 }
let portrait: Bitmap
let upright: AlignedPortrait

beforeAll(async () => {
  portrait = await readPicture('examples/antique-gb.png')
  upright = await alignPortrait(portrait, options)
})

describe('quarter turns', () => {
  test('go clockwise, and points go back', () => {
    const small = createBitmap(3, 2, 1, Uint8Array.of(1, 2, 3, 4, 5, 6))
    expect([...turnBitmap(small, 90).data]).toEqual([4, 1, 5, 2, 6, 3])
    expect([...turnBitmap(small, 180).data]).toEqual([6, 5, 4, 3, 2, 1])
    expect([...turnBitmap(small, 270).data]).toEqual([3, 6, 2, 5, 1, 4])
    for (const turn of TURNS) {
      const out = turnBitmap(small, turn)
      for (let y = 0; y < out.height; y++) {
        for (let x = 0; x < out.width; x++) {
          const [fx, fy] = turnBack([x, y], turn, small)
          expect(out.data[y * out.width + x]).toBe(small.data[fy * 3 + fx])
        }
      }
    }
  })
})

describe('a scan that does not lie upright', () => {
  test('gives the very crop of the upright one, and says so', async () => {
    expect(upright).toMatchObject({ turn: 0, remarks: [] })
    const found = await alignPortrait(turnBitmap(portrait, 90), options)
    expect(found.turn).toBe(270)
    expect(found.bitmap).toEqual(upright.bitmap)
    expect(found.remarks).toEqual([expect.stringMatching(/^the picture was turned by 270° clockwise.*--turn 0/)])
    // its corners are pixels of the scan as it lies
    for (const [i, corner] of found.quad.entries()) {
      const [x, y] = turnBack(corner as [number, number], 90, portrait)
      expect(Math.hypot(x - upright.quad[i]![0], y - upright.quad[i]![1])).toBeLessThan(1e-9)
    }
    const side = /crop of (\d+) px/u.exec(cropInWords(cropMark(upright)))?.[1]
    expect(cropInWords(cropMark(found))).toMatch(
      new RegExp(`^face: crop of ${side} px around .* turned by 270°, detector 0\\.\\d+$`, 'u'),
    )
  })

  test('--turn decides', async () => {
    const lying = turnBitmap(portrait, 180)
    expect((await alignPortrait(lying, { ...options, turn: 180 })).bitmap).toEqual(upright.bitmap)
    await expect(alignPortrait(lying, { ...options, turn: 0 })).rejects.toThrow(/^no face was found[^\n]*$/)
  })
})

describe('which turn is taken', () => {
  const face = (second: number, more: Partial<DetectedFace> = {}): DetectedFace => ({
    box: { x: 0, y: 0, width: 50, height: 60 },
    score: 0.9,
    landmarks: [],
    spread: 0.01,
    second,
    clear: more.doubt === undefined && second >= 0.5,
    ...more,
  })
  /** What is found when the turns show these faces, and what was looked at. */
  const choose = async (shown: Record<string, readonly DetectedFace[]>) => {
    const looked: string[] = []
    const { turn, faces } = await findTurn(async (turn, effort) => {
      looked.push(`${turn} ${effort}`)
      return shown[`${turn} ${effort}`] ?? []
    })
    return { turn, faces, looked }
  }

  test('as it lies, if that is clear: nothing else is looked at', async () => {
    const found = await choose({ '0 glance': [face(0.6)], '90 glance': [face(0.99)] })
    expect(found).toMatchObject({ turn: 0, looked: ['0 glance'] })
  })

  test('a clear one of another turn before what is unclear or doubtful', async () => {
    const unclear = face(0.45)
    expect(await choose({ '0 glance': [unclear], '270 glance': [face(0.8)] })).toMatchObject({ turn: 270 })
    const doubtful = face(0, { doubt: 'the mouth is too close to the eyes', score: 0.99 })
    expect(await choose({ '0 glance': [doubtful], '180 glance': [face(0.5)] })).toMatchObject({ turn: 180 })
  })

  test('without a clear one all are searched, and the most plausible is taken', async () => {
    const found = await choose({ '90 mats': [face(0.42)], '180 mats': [face(0.7, { score: 0.3 })], '0 search': [] })
    expect(found.turn).toBe(90)
    expect(found.looked).toEqual(
      ['0', '90', '180', '270'].flatMap((t) => `${t} glance`).concat('0 search', '90 mats', '180 mats', '270 mats'),
    )
  })

  test('without any the doubtful one is handed on, to be named', async () => {
    const doubtful = face(0, { doubt: 'the chin is not where a chin is' })
    expect(await choose({ '90 mats': [doubtful] })).toMatchObject({ turn: 90, faces: [doubtful] })
    expect(await choose({})).toMatchObject({ turn: 0, faces: [] })
  })
})

describe('what is no portrait', () => {
  const waves = (wave: (x: number, y: number) => number): Bitmap => {
    const out = createBitmap(240, 200, 1)
    for (let i = 0; i < out.data.length; i++) out.data[i] = 128 + 90 * wave(i % 240, Math.floor(i / 240))
    return out
  }
  test('a halftone screen is refused', async () => {
    const screen = waves((x, y) => (Math.cos(x / 3) + Math.cos(y / 3) > 0.3 ? 1 : -1))
    await expect(alignPortrait(screen, { ...options, turn: 0 })).rejects.toThrow(/^no face was found[^\n]*$/)
  })

  test('a face of too few pixels is refused', async () => {
    const landmarks = examplePoints.map(([x, y]) => [x * 0.15, y * 0.15] as const)
    const small = resize(portrait, 38, 38, 'box')
    await expect(alignPortrait(small, { ...options, landmarks })).rejects.toThrow(
      /expected a crop of at least 48 px, found 3\d/,
    )
  })
})

describe('a doubtful face', () => {
  const face = (x: number, doubt?: string): DetectedFace => ({
    box: { x, y: 0, width: 50, height: 60 },
    score: 0.9,
    landmarks: [],
    spread: 0.01,
    second: 0.9,
    clear: doubt === undefined,
    ...(doubt === undefined ? {} : { doubt }),
  })

  test('is refused with its reason, taken when insisted on, and not counted', () => {
    const doubtful = face(0, 'the mouth is too close to the eyes')
    expect(() => chooseFace([doubtful])).toThrow(/because the mouth is too close to the eyes; .*--insist/)
    expect(chooseFace([doubtful], { doubt: 'accept' })).toBe(doubtful)
    const good = face(100)
    expect(chooseFace([doubtful, good])).toBe(good)
    expect(() => chooseFace([doubtful, good], { face: 2 })).toThrow(
      /there is no face 2.*--insist counts 1 doubtful more/,
    )
    expect(chooseFace([doubtful, good], { face: 2, doubt: 'accept' })).toBe(good)
  })
})

describe('given landmarks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-landmarks-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const align = (content: unknown, more: { doubt?: 'accept' } = {}) => {
    const landmarks = join(folder, 'points.json')
    writeFileSync(landmarks, JSON.stringify(content))
    return alignFile('examples/antique-b.png', {
      size: 64,
      landmarks,
      out: join(folder, 'out.png'),
      force: true,
      ...more,
    })
  }

  test('that fit are taken without a remark', async () => {
    expect(await align(examplePoints)).toMatchObject({ turn: 0, remarks: [] })
  })

  test('in shares, with x and y exchanged, mirrored: refused by name, unless insisted on', async () => {
    await expect(align(examplePoints.map(([x, y]) => [x / 256, y / 256]))).rejects.toThrow(/between 0 and 1/)
    const exchanged = examplePoints.map(([x, y]) => [y, x])
    await expect(align(exchanged)).rejects.toThrow(/^the landmarks form no face: x and y are exchanged[^\n]*$/)
    expect((await align(exchanged, { doubt: 'accept' })).remarks).toEqual([expect.stringMatching(/taken all the same/)])
  })

  test('that belong to another place are remarked on', async () => {
    const { remarks } = await align(examplePoints.map(([x, y]) => [x * 0.5 + 120, y * 0.5 + 110]))
    expect(remarks).toEqual([expect.stringMatching(/sees no face where the landmarks are/)])
  })
})
