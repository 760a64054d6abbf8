// Faces with their numbers: in the order of --face, where they are, and as a file with what the photograph's file says.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { facesFile } from '../../src/align/faces-file.ts'
import { numberedFaces } from '../../src/align/numbered.ts'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'

const place = mkdtempSync(path.join(tmpdir(), 'rephoto-faces-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))
const gray = (width: number, height: number) => createBitmap(width, height, 1, new Uint8Array(width * height).fill(128))

/** Where a picture is no longer gray. */
function marked({ width, height, data }: Bitmap): { left: number; right: number; top: number; bottom: number } {
  const box = { left: width, right: 0, top: height, bottom: 0 }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 3
      if (data[i] === 128 && data[i + 1] === 128 && data[i + 2] === 128) continue
      box.left = Math.min(box.left, x)
      box.right = Math.max(box.right, x)
      box.top = Math.min(box.top, y)
      box.bottom = Math.max(box.bottom, y)
    }
  return box
}

describe('a numbered picture', () => {
  const faces = [{ box: { x: 100, y: 60, width: 80, height: 90 } }]

  it('has a frame around each face, scaled with it', async () => {
    const box = marked(await numberedFaces(gray(400, 300), { turn: 0, faces }, 400))
    for (const [found, expected] of [
      [box.right, 181],
      [box.bottom, 151],
    ] as const)
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(3)
    const half = await numberedFaces(gray(400, 300), { turn: 0, faces }, 200)
    expect([half.width, half.height]).toEqual([200, 150])
    expect(Math.abs(marked(half).right - 91)).toBeLessThanOrEqual(3)
  })

  it('is upright, as faces are counted', async () => {
    const turned = await numberedFaces(gray(300, 400), { turn: 90, faces }, 400)
    expect([turned.width, turned.height]).toEqual([400, 300])
    expect(Math.abs(marked(turned).right - 181)).toBeLessThanOrEqual(3)
  })

  it('keeps its numbers within the picture, and shows each another way', async () => {
    const corner = [{ box: { x: -20, y: -20, width: 60, height: 60 } }]
    expect(marked(await numberedFaces(gray(200, 200), { turn: 0, faces: corner }, 200)).left).toBe(0)
    const many = Array.from({ length: 12 }, () => faces[0]!)
    const pictures = new Set<string>()
    for (let n = 1; n <= many.length; n++) {
      const { data } = await numberedFaces(gray(400, 300), { turn: 0, faces: many.slice(0, n) }, 400)
      pictures.add(Buffer.from(data).toString('base64'))
    }
    expect(pictures.size).toBe(12)
  })
})

describe('a file of faces', () => {
  const faceApi = path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'))

  it('counts from the left and keeps what the photograph says', async () => {
    const photo = path.join(place, 'group.jpg')
    await sharp(path.join(faceApi, 'demo/sample1.jpg'))
      .resize({ width: 700 })
      .withExif({ IFD0: { Artist: 'Aunt Ada' } })
      .toFile(photo)
    const { faces, turn, path: file } = await facesFile(photo, { out: path.join(place, 'numbers.jpg'), size: 500 })
    expect(turn).toBe(0)
    expect(faces).toHaveLength(3)
    const lefts = faces.map(({ box }) => box.x)
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b))
    const { width, exif, icc } = await sharp(file).metadata()
    expect(width).toBe(500)
    expect(exif?.includes('Aunt Ada')).toBe(true)
    expect(icc?.length).toBeGreaterThan(100)
    await expect(facesFile(photo, { out: file })).rejects.toThrow(/expected a name that is free, found a file/u)
    await expect(facesFile(photo, { out: photo, force: true })).rejects.toThrow(/found the input/u)
  })

  it('of nobody is refused in one line', async () => {
    const empty = path.join(place, 'empty.png')
    await sharp({ create: { width: 200, height: 200, channels: 3, background: '#888' } })
      .png()
      .toFile(empty)
    await expect(facesFile(empty, { out: `${place}/` })).rejects.toThrow(/^no face was found; crop the picture closer/u)
    await expect(readPicture(path.join(place, 'empty-faces.png'))).rejects.toThrow(/no such file/u)
  })
})
