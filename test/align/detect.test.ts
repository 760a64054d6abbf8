// Detection and landmarks on real photographs: those that the face-api package brings along (groups), and the four
// portraits where they are at hand. Deterministic, and quick: one or two seconds a picture.
import { createRequire } from 'node:module'
import path from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { alignPortrait } from '../../src/align/align.ts'
import { detectFaces } from '../../src/align/detect.ts'
import { chooseFace, type DetectedFace, numberFaces } from '../../src/align/face.ts'
import { crop } from '../../src/align/ffhq.ts'
import { cropSquare, eyesAndMouth } from '../../src/align/geometry.ts'
import { MIRRORED_POINT } from '../../src/align/mirrored.ts'
import { ageGender, faceDescriptor } from '../../src/features/face-api.ts'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { toGray } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import { resize } from '../../src/images/resample.ts'
import { portraitsDir } from '../support/golden.ts'

const demo = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
  'demo/sample1.jpg',
)
const distance = (a: Float32Array, b: Float32Array): number => Math.hypot(...a.map((v, i) => v - b[i]!))

let group: Bitmap
let faces: DetectedFace[]
const noise = vi.spyOn(console, 'log')

beforeAll(async () => {
  const full = await readPicture(demo)
  group = resize(full, full.width / 2, full.height / 2, 'box')
  faces = await detectFaces(group)
})

describe('a group of three', () => {
  test('is found, the largest first, silently', () => {
    expect(faces).toHaveLength(3)
    const areas = faces.map(({ box }) => box.width * box.height)
    expect(areas).toEqual([...areas].sort((a, b) => b - a))
    expect(noise).not.toHaveBeenCalled()
  })

  test('wants a choice, names everyone from left to right', () => {
    expect(() => chooseFace(faces)).toThrow(
      /^3 faces were found.* 1: \d+×\d+ px at \(.*; 3: .*--face n; rephoto run takes all with --face all$/,
    )
    expect(() => chooseFace(faces, { face: 4 })).toThrow(/there is no face 4/)
    expect(() => chooseFace(faces, { face: 0 })).toThrow(/there is no face 0/)
    const xs = [1, 2, 3].map((n) => chooseFace(faces, { face: n }).box.x)
    expect(xs).toEqual([...xs].sort((a, b) => a - b))
  })

  test('every face has 68 points in anatomical order', () => {
    for (const { landmarks, box } of faces) {
      const { left, right, mouth } = eyesAndMouth(landmarks)
      expect(left[0]).toBeLessThan(right[0])
      expect(mouth[1]).toBeGreaterThan(Math.max(left[1], right[1]))
      expect(landmarks[8]![1]).toBeGreaterThan(mouth[1])
      expect(cropSquare(landmarks).size).toBeGreaterThan(box.width)
    }
  })

  test('the same picture gives the same numbers', async () => {
    expect(await detectFaces(group)).toEqual(faces)
  })

  test('too small to use is said so', async () => {
    const tiny = resize(group, 240, 160, 'box')
    const found = await detectFaces(tiny)
    expect(found.length).toBeGreaterThan(0)
    expect(numberFaces(found)).toHaveLength(0)
    expect(() => chooseFace(found)).toThrow(/too small: expected at least 32 px across, found \d+/)
  })
})

describe('one face', () => {
  test('gray, and filling its frame: the same landmarks within 3 % of the crop', async () => {
    const { box, landmarks } = chooseFace(faces, { face: 1 })
    const [left, top] = [Math.floor(box.x - 5), Math.floor(box.y - 5)]
    const right = Math.ceil(box.x + box.width + 5)
    const bottom = Math.ceil(box.y + box.height + 5)
    const alone = toGray(crop(group, { left, top, right, bottom }))
    const again = chooseFace(await detectFaces(alone))
    const { size } = cropSquare(landmarks)
    for (const i of [36, 39, 42, 45, 48, 54]) {
      const [x, y] = again.landmarks[i]!
      expect(Math.hypot(x + left - landmarks[i]![0], y + top - landmarks[i]![1]) / size).toBeLessThan(0.03)
    }
  })

  test('no face is said in one line', async () => {
    const waves = createBitmap(200, 160, 3)
    for (let i = 0; i < waves.data.length; i++) waves.data[i] = 128 + 100 * Math.sin(i / 97)
    await expect(alignPortrait(waves, { outputSize: 64 })).rejects.toThrow(/^no face was found; [^\n]*$/)
  })

  test('descriptors know the person, aligned or not, and tell people apart', async () => {
    const aligned = await Promise.all(
      [1, 2, 3].map((face) => alignPortrait(group, { outputSize: 256, transformSize: 512, face })),
    )
    const descriptors = await Promise.all(aligned.map(({ bitmap }) => faceDescriptor(bitmap)))
    expect(descriptors[0]).toHaveLength(128)
    expect(await faceDescriptor(aligned[0]!.bitmap)).toEqual(descriptors[0])
    const gray = await faceDescriptor(toGray(aligned[0]!.bitmap))
    expect(distance(gray, descriptors[0]!)).toBeLessThan(0.4)
    expect(distance(descriptors[1]!, descriptors[0]!)).toBeGreaterThan(distance(gray, descriptors[0]!))
    const { age, genderProbability } = await ageGender(aligned[0]!.bitmap)
    expect(age).toBeGreaterThan(10)
    expect(age).toBeLessThan(90)
    expect(genderProbability).toBeGreaterThanOrEqual(0.5)
  })
})

test('mirroring points twice changes nothing', () => {
  expect(MIRRORED_POINT.map((i) => MIRRORED_POINT[i])).toEqual(MIRRORED_POINT.map((_, i) => i))
})

const portraits = portraitsDir()

describe.skipIf(!portraits)('the four portraits (skipped where they are not beside the repository)', () => {
  for (const file of ['durer-1500.jpg', 'rembrandt-1660.jpg', 'vangogh-1889.jpg', 'lincoln-1863.png']) {
    test(`${file}: one face, eyes near 0.48 of the height`, async () => {
      const picture = await readPicture(path.join(portraits!, file))
      const { bitmap, quad, landmarks } = await alignPortrait(picture, { outputSize: 256, transformSize: 512 })
      expect([bitmap.width, bitmap.height, bitmap.channels]).toEqual([256, 256, picture.channels])
      const again = chooseFace(await detectFaces(bitmap))
      const { left, right } = eyesAndMouth(again.landmarks)
      expect((left[1] + right[1]) / 2 / 256).toBeGreaterThan(0.44)
      expect((left[1] + right[1]) / 2 / 256).toBeLessThan(0.51)
      expect(landmarks).toHaveLength(68)
      if (file.startsWith('lincoln')) {
        // already aligned by dlib's landmarks: ours must agree within 2.5 % of the side
        const whole = [
          [0, 0],
          [0, 1024],
          [1024, 1024],
          [1024, 0],
        ] as const
        for (const [i, [x, y]] of quad.entries())
          expect(Math.hypot(x - whole[i]![0], y - whole[i]![1])).toBeLessThan(26)
      }
    })
  }
})
