// The field's degradations: kernels, sizes and noise against independent numbers, what presets draw, and sets made with them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBitmap, fromPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { psnr } from '../../src/metrics/psnr.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { type BlurKernel, besselJ1, gaussianLike, type KernelForm, sincKernel } from '../../src/synth/damage/kernels.ts'
import { poisson, withGaussian, withPoisson, withSpeckle } from '../../src/synth/damage/noise.ts'
import { damaged, type Operation, operationSchema } from '../../src/synth/damage/operations.ts'
import { blurred, type FloatPicture, interpolated } from '../../src/synth/damage/planes.ts'
import { damageOf, damagePresets, damageStrengths } from '../../src/synth/damage/presets.ts'
import { readSet } from '../../src/synth/set.ts'
import { writeSet } from '../../src/synth/write-set.ts'
import { formulaImage } from '../support/formula.ts'

const row = ({ side, weights }: BlurKernel, y: number) => [...weights.subarray(y * side, (y + 1) * side)]
const close = (found: ArrayLike<number>, expected: readonly number[], digits = 6) => {
  expect(found.length).toBe(expected.length)
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits)
}

// Numbers of this section: NumPy on the formulas of BasicSR's degradations.py, and PyTorch 1.13 in float64.
describe('kernels', () => {
  it.each<[KernelForm, number, number[]]>([
    ['gaussian', 1, [0.00238663, 0.03447288, 0.11121855, 0.08014632, 0.0129002, 0.00046378, 3.72e-6]],
    ['generalized', 2.5, [0, 2.54e-6, 0.17211115, 0.03549847, 0, 0, 0]],
    ['plateau', 1.4, [0.0089405, 0.02889023, 0.0862928, 0.05867325, 0.01671836, 0.00585754, 0.00263046]],
  ])('%s', (form, beta, expected) => {
    const kernel = gaussianLike({ form, side: 7, sigma: [1.3, 0.6], angle: 0.7, beta })
    close(row(kernel, 2), expected, 7)
    expect(kernel.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('sinc, by the Bessel function', () => {
    for (const [x, y] of [
      [0, 0],
      [0.5, 0.24226845767487387],
      [3, 0.3390589585282922],
      [11, -0.17678529902504123],
      [44, -0.08280335937602909],
    ] as const)
      expect(besselJ1(x)).toBeCloseTo(y, 9)
    const side = [-0.03469397, -0.02766228, 0.12567504]
    close(row(sincKernel(7, 1.9), 2), [...side, 0.23182286, ...side.toReversed()], 7)
  })
})

describe('blur and other sizes', () => {
  const [width, height] = [4, 5]
  const picture: FloatPicture = {
    ...{ width, height },
    data: Float32Array.from(
      { length: 3 * width * height },
      (_, i) => ((Math.floor(i / 3) * 37 + (i % 3) * 11) % 64) / 63,
    ),
  }
  const at = (p: FloatPicture, x: number, y: number) =>
    p.data.subarray(3 * (y * p.width + x), 3 * (y * p.width + x) + 3)
  const rowOf = (p: FloatPicture, y: number, c: number) => Array.from({ length: p.width }, (_, x) => at(p, x, y)[c]!)

  it('blurs with mirrored edges, as filter2D does', () => {
    const kernel = gaussianLike({ form: 'gaussian', side: 5, sigma: [1.1, 0.8], angle: 0.3, beta: 1 })
    const out = blurred(picture, kernel)
    close(at(out, 2, 1), [0.46529614, 0.5103605, 0.51892307])
    close(at(out, 0, 0), [0.4637623, 0.4069262, 0.57293412])
  })

  it.each([
    ['area', 2, 3, [0.58994709, 0.41005291], [0.48412698, 0.38888889]],
    ['bilinear', 2, 3, [0.42063492, 0.57936508], [0.45238095, 0.44179894]],
    ['bicubic', 2, 3, [0.3655754, 0.6344246], [0.41319444, 0.46217299]],
    [
      'bicubic',
      7,
      8,
      [0.04440387, 0.37028444, 0.76543478, 0.57346889, 0.25457795, 0.33747188, 0.43516143],
      [0.68452412, 0.41256062, 0.10819864, 0.44172983, 0.79833969, 0.550755, 0.32028325],
    ],
    [
      'area',
      7,
      8,
      [0.15873016, 0.45238095, 0.74603175, 0.53174603, 0.31746032, 0.35714286, 0.3968254],
      [0.6031746, 0.38888889, 0.17460317, 0.46825397, 0.76190476, 0.54761905, 0.33333333],
    ],
  ] as const)('%s to %i×%i', (mode, w, h, second, last) => {
    const out = interpolated(picture, w, h, mode)
    close(rowOf(out, 1, 0), second)
    close(rowOf(out, h - 1, 2), last)
  })

  it('places are told by the scale where there is one', () => {
    const out = interpolated(picture, 2, 3, 'bilinear', 0.7)
    close(rowOf(out, 1, 1), [0.60430839, 0.64512472])
    close(rowOf(out, 2, 1), [0.24408811, 0.4196631])
    close(rowOf(interpolated(picture, 5, 6, 'bicubic', 1.3), 3, 1), [
      ...[0.73055726, 0.51342872, 0.63609175, 0.87088166, 0.64610761],
    ])
  })
})

describe('noise', () => {
  const flat = (v: number): FloatPicture => ({ width: 100, height: 100, data: new Float32Array(30_000).fill(v) })
  const moments = (values: ArrayLike<number>) => {
    const mean = Array.from(values).reduce((a, b) => a + b, 0) / values.length
    return { mean, deviation: Math.sqrt(Array.from(values).reduce((s, v) => s + (v - mean) ** 2, 0) / values.length) }
  }
  const random = () => randomStream(1, 'noise')

  it.each([0.3, 4, 29, 31, 250])('a Poisson number of mean %f has that mean and variance', (mean) => {
    const stream = random()
    const found = moments(Float64Array.from({ length: 20_000 }, () => poisson(mean, stream)))
    expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(mean / 20_000))
    expect(found.deviation ** 2 / mean).toBeGreaterThan(0.95)
    expect(found.deviation ** 2 / mean).toBeLessThan(1.05)
  })

  it('has its deviation; speckle that of the brightness; photons that of their levels', () => {
    expect(moments(withGaussian(flat(0.5), 0.1, false, random()).data).deviation).toBeCloseTo(0.1, 2)
    expect(moments(withSpeckle(flat(0.25), 0.2, random()).data).deviation).toBeCloseTo(0.05, 2)
    // Two levels: v·2 photons of which v is what there is.
    const two = flat(1)
    two.data.fill(0, 0, 15_000)
    const noisy = withPoisson(two, 0.5, false, random())
    expect(new Set(noisy.data.subarray(0, 15_000))).toEqual(new Set([0]))
    expect(moments(noisy.data.subarray(15_000)).deviation).toBeCloseTo(0.5 / Math.sqrt(2), 1)
  })

  it('gray noise is the same in each colour', () => {
    for (const { data } of [withGaussian(flat(0.5), 0.1, true, random()), withPoisson(flat(0.5), 1, true, random())])
      for (let i = 0; i < 300; i += 3) expect(new Set([data[i], data[i + 1], data[i + 2]]).size).toBe(1)
  })
})

describe('presets', () => {
  const side = { width: 96, height: 64 }
  const draws = (preset: (typeof damagePresets)[number], strength?: (typeof damageStrengths)[number]) =>
    Array.from({ length: 200 }, (_, seed) => damageOf({ preset, strength, scale: 1, scratches: false }, side, seed))

  it.each(damagePresets)('%s draws what its schema takes, the same for a seed, and ends at the size', (preset) => {
    for (const [seed, operations] of draws(preset).entries()) {
      for (const operation of operations) operationSchema.parse(operation)
      expect(damageOf({ preset, strength: undefined, scale: 1, scratches: false }, side, seed)).toEqual(operations)
      const last = operations.findLast(({ operation }) => operation === 'resize')
      if (last) expect(last).toMatchObject(side)
    }
  })

  it('microsoft: each of four parts seven times in ten, in random order', () => {
    const all = draws('microsoft')
    for (const part of ['blur', 'noise', 'resize', 'jpeg'] as const) {
      const share = all.filter((one) => one.some(({ operation }) => operation === part)).length / 200
      expect(Math.abs(share - 0.7)).toBeLessThan(0.13)
    }
    expect(new Set(all.map((one) => one[0]?.operation)).size).toBe(5)
  })

  it('real-esrgan: twice, with a sinc at the end four times in five; a scale makes it smaller', () => {
    const all = draws('real-esrgan')
    expect(all.every((one) => one.filter(({ operation }) => operation === 'jpeg').length === 2)).toBe(true)
    const ringing = all.filter((one) => one.slice(-4).some(({ operation }) => operation === 'sinc')).length / 200
    expect(Math.abs(ringing - 0.82)).toBeLessThan(0.1)
    const small = damageOf({ preset: 'real-esrgan', scale: 4, scratches: false }, side, 5)
    expect(small.findLast(({ operation }) => operation === 'resize')).toMatchObject({ width: 24, height: 16 })
  })

  it('a strength takes a third of each range', () => {
    const qualities = (strength: (typeof damageStrengths)[number]) =>
      draws('gfpgan', strength).map(
        (one) => (one.find(({ operation }) => operation === 'jpeg') as { quality: number }).quality,
      )
    const [light, medium, heavy] = damageStrengths.map(qualities)
    expect(Math.min(...light!)).toBeGreaterThanOrEqual(87)
    expect(Math.max(...light!)).toBe(100)
    expect(Math.min(...heavy!)).toBe(60)
    expect(Math.max(...heavy!)).toBeLessThanOrEqual(73)
    expect(Math.min(...medium!)).toBeGreaterThanOrEqual(73)
    const sigmas = draws('gfpgan', 'heavy').map((one) => (one[0] as { sigma: number[] }).sigma[0]!)
    expect(Math.min(...sigmas)).toBeGreaterThanOrEqual(0.1 + (2 * 9.9) / 3)
  })

  it('the more damage, the farther from the picture', async () => {
    const truth = fromPlanar(formulaImage('damage', 3, 64, 96), { channels: 3, ...side }, '01', 'round')
    for (const preset of damagePresets) {
      const means = []
      for (const strength of damageStrengths) {
        let sum = 0
        for (let seed = 0; seed < 12; seed++)
          sum += psnr(
            truth,
            await damaged(truth, damageOf({ preset, strength, scale: 1, scratches: false }, side, seed), seed),
          )
        means.push(sum / 12)
      }
      expect(means).toEqual(means.toSorted((a, b) => b - a))
    }
  })

  it('scratches are white lines, and nothing else changes', async () => {
    const gray = createBitmap(64, 64, 3, new Uint8Array(3 * 64 * 64).fill(90))
    const out = await damaged(gray, [{ operation: 'scratches', count: 4, wide: 2 }] satisfies Operation[], 3)
    const changed = out.data.filter((v) => v !== 90).length / out.data.length
    expect(changed).toBeGreaterThan(0.01)
    expect(changed).toBeLessThan(0.4)
    expect(Math.min(...out.data)).toBe(90)
    expect(Math.max(...out.data)).toBeGreaterThan(200)
  })
})

describe('a set', () => {
  const place = mkdtempSync(join(tmpdir(), 'rephoto-damage-'))
  afterAll(() => rmSync(place, { recursive: true }))
  beforeAll(async () => {
    const picture = fromPlanar(
      formulaImage('damage/set', 3, 60, 80),
      { channels: 3, width: 80, height: 60 },
      '01',
      'round',
    )
    await writePicture(join(place, 'a.png'), picture)
  })

  it('of whole photographs records what was done to each, and that gives the same again', async () => {
    const recipe = {
      ...{ from: join(place, 'a.png'), align: 'whole' as const, side: 64, seed: 2 },
      damage: { preset: 'real-esrgan', strength: ['light', 'heavy'], scratches: true },
    }
    const set = readSet(await writeSet({ recipe, out: join(place, 'set') }))
    const [item] = set.items
    expect(item).toMatchObject({ aligned: false, degradation: {}, sensitivity: null })
    const truth = await readPicture(item!.truth)
    expect([truth.width, truth.height]).toEqual([64, 48])
    const again = await damaged(truth, item!.damage!, 2 ** 31 + 2 * 4096)
    expect(again.data).toEqual((await readPicture(item!.input)).data)
    expect(readFileSync(join(place, 'set/set.json'), 'utf8')).toContain('"operation": "scratches"')
  })

  it.each([
    [{ preset: 'codeformer' }, /damage\.preset: expected/u],
    [{ preset: 'gfpgan', strength: 'extreme' }, /damage\.strength/u],
    [{ preset: 'gfpgan', scale: 9 }, /damage\.scale/u],
  ])('with %j is refused', async (damage, message) => {
    await expect(writeSet({ recipe: { damage }, out: join(place, 'none') })).rejects.toThrow(message)
  })
})
