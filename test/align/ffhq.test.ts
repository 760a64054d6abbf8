// The FFHQ crop against NumPy, SciPy and Pillow on a small synthetic picture, and against the golden crops of two real
// portraits where those are at hand.
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ffhqCrop } from '../../src/align/ffhq.ts'
import { gaussianFilter, wideGaussianFilter } from '../../src/align/gaussian.ts'
import { cropSquare, type Point } from '../../src/align/geometry.ts'
import { transformQuad } from '../../src/align/transform.ts'
import { resizeNearest } from '../../src/images/nearest.ts'
import { readPicture } from '../../src/images/read.ts'
import { resize } from '../../src/images/resample.ts'
import { psnr } from '../../src/metrics/psnr.ts'
import { goldenPath, portraitsDir, readGolden } from '../support/golden.ts'
import { largestDifference, readFixture, type StoredBitmap, unpack } from '../support/pictures.ts'

const stored = readFixture<{
  color: StoredBitmap
  picture: StoredBitmap
  quads: { quad: [Point, Point, Point, Point]; out: StoredBitmap }[]
  blurred: { sigma: number; out: string }[]
  aligned: {
    title: string
    landmarks: Point[]
    outputSize: number
    transformSize: number
    enlarge: number
    quad: [Point, Point, Point, Point]
    qsize: number
    out: StoredBitmap
  }[]
}>('align')

test('the quad transform equals Pillow, also where it leaves the picture', () => {
  for (const { quad, out } of stored.quads) {
    const ours = transformQuad(unpack(stored.picture), quad, out.width, out.height)
    expect(largestDifference(ours.data, unpack(out).data)).toBe(0)
  }
})

test('the blur equals SciPy, also when it is wider than the picture', () => {
  const { data, width, height, channels } = unpack(stored.color)
  for (const { sigma, out } of stored.blurred) {
    const ours = gaussianFilter(Float32Array.from(data), { width, height, channels }, sigma)
    const theirs = new Float32Array(new Uint8Array(Buffer.from(out, 'base64')).buffer)
    const worst = ours.reduce((most, v, i) => Math.max(most, Math.abs(v - theirs[i]!)), 0)
    expect(worst).toBeLessThan(1e-4)
  }
})

test('the shortcut for wide blurs stays within one gray level of the exact one', () => {
  const { data, width, height, channels } = unpack(stored.picture)
  const shape = { width, height, channels }
  for (const sigma of [17, 30.4, 75]) {
    const exact = gaussianFilter(Float32Array.from(data), shape, sigma)
    const quick = wideGaussianFilter(Float32Array.from(data), shape, sigma)
    const worst = quick.reduce((most, v, i) => Math.max(most, Math.abs(v - exact[i]!)), 0)
    expect(worst).toBeLessThan(1)
  }
})

describe('the whole recipe, small', () => {
  for (const { title, landmarks, enlarge, quad, qsize, out, ...options } of stored.aligned) {
    test(title, () => {
      const base = unpack(stored.picture)
      const picture = resizeNearest(base, base.width * enlarge, base.height * enlarge, 'pil')
      const crop = ffhqCrop(picture, landmarks, options)
      expect(crop.size).toBeCloseTo(qsize, 9)
      for (const [i, v] of crop.quad.flat().entries()) expect(v).toBeCloseTo(quad.flat()[i]!, 9)
      // float32 rounding at halves may move single bytes by one
      expect(largestDifference(crop.bitmap.data, unpack(out).data)).toBeLessThanOrEqual(1)
      expect(psnr(crop.bitmap, unpack(out))).toBeGreaterThan(60)
    })
  }

  test("'own' keeps the size of the crop", () => {
    const { landmarks, quad } = stored.aligned[0]!
    const crop = ffhqCrop(unpack(stored.picture), landmarks, { outputSize: 'own' })
    const xs = quad.map((p) => p[0])
    expect(crop.bitmap.width).toBe(Math.floor(Math.max(...xs) - Math.min(...xs) + 0.5))
    expect(crop.bitmap.height).toBe(crop.bitmap.width)
  })

  test('a gray picture gives the gray of the colour crop', () => {
    const { landmarks, outputSize, transformSize } = stored.aligned[1]!
    const picture = unpack(stored.picture)
    const plane = { ...picture, channels: 1 as const, data: picture.data.filter((_, i) => i % 3 === 1) }
    const gray = ffhqCrop(plane, landmarks, { outputSize, transformSize }).bitmap
    const color = ffhqCrop(picture, landmarks, { outputSize, transformSize }).bitmap
    expect(gray.data).toEqual(color.data.filter((_, i) => i % 3 === 1))
  })
})

test('impossible landmarks are refused', () => {
  const picture = unpack(stored.picture)
  const at = (p: Point) => Array.from({ length: 68 }, () => p)
  expect(() => cropSquare(at([3, 3]).slice(1))).toThrow(/expected 68 landmarks/)
  expect(() => cropSquare(at([3, Number.NaN]))).toThrow(/landmark 0 is not/)
  expect(() => cropSquare(at([3, 3]))).toThrow(/span no face/)
  const far = stored.aligned[0]!.landmarks.map(([x, y]): Point => [x + 900, y])
  expect(() => ffhqCrop(picture, far, { outputSize: 32 })).toThrow(/outside the picture/)
})

type Case = { picture: string; enlarged_nearest: number; output_size: number; landmarks: Point[]; png: string }
const { salt: _salt, ...golden } = readGolden<Record<string, Case>>('alignment')
const portraits = portraitsDir()

describe.skipIf(!portraits)('golden crops (skipped where the portraits are not beside the repository)', () => {
  for (const [name, { picture, enlarged_nearest: times, output_size: outputSize, landmarks, png }] of Object.entries(
    golden as Record<string, Case>,
  )) {
    test(`${name} within 40 dB`, async () => {
      const source = await readPicture(path.join(portraits!, picture))
      const enlarged = resizeNearest(source, source.width * times, source.height * times, 'pil')
      const started = performance.now()
      const crop = ffhqCrop(enlarged, landmarks, { outputSize })
      const elapsed = performance.now() - started
      const small = resize(crop.bitmap, 256, 256, 'box')
      const ratio = psnr(small, await readPicture(goldenPath(png)))
      console.info(`alignment ${name}: ${ratio.toFixed(1)} dB, ${elapsed.toFixed(0)} ms`)
      expect(ratio).toBeGreaterThanOrEqual(40)
    })
  }
})
