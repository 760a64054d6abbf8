// Metrics of a run on cases with known answers.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { toColor } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import { describeMetric, metricCatalogue } from '../../src/methods/rephotograph/metrics.ts'
import { cameraErrors } from '../../src/metrics/camera.ts'
import { featureDistance } from '../../src/metrics/feature-distance.ts'
import { mahalanobis } from '../../src/metrics/mahalanobis.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { cholesky, invertTriangle, whiteningOf } from '../../src/numbers/whitening.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'

test('Cholesky and its inverse, on a matrix done by hand', () => {
  const l = cholesky([4, 2, 2, 5], 2)
  expect([...l]).toEqual([2, 0, 1, 2])
  expect([...invertTriangle(l, 2)]).toEqual([0.5, 0, -0.25, 0.5])
  expect(() => cholesky([1, 2, 2, 1], 2)).toThrow('not positive definite')
})

test('Mahalanobis: deviations along the axes, 1 for samples of the distribution', () => {
  const prior = whiteningOf([1, 1], [4, 0, 0, 9])
  expect(mahalanobis([1, 1], prior)).toBe(0)
  // Two deviations in one of two dimensions; the ridge of 1e-4 of the mean variance is what it is off.
  expect(mahalanobis([5, 1], prior)).toBeCloseTo(2 / Math.SQRT2, 3)
  const z = randomStream(1, 'mahalanobis').normal(20_000)
  const samples = z.map((v, i) => (i % 2 === 0 ? 1 + 2 * v : 1 + 3 * v))
  expect(mahalanobis(samples, prior)).toBeCloseTo(1, 1)
})

test('camera errors: in the truth’s terms, by name', () => {
  const truth = {
    blur: { radius: 1, kernel: 'gaussian' },
    response: { gamma: 1.5, offset: 0 },
    spectral: { sensitivity: 'gb' },
  }
  const estimated = {
    'blur.radius': [0.75],
    'response.gamma': [1.2, 1.8, 1.5],
    'spectral.weights': [0.3, 0.4, 0.3],
    'grain.level': [0.1],
  }
  const errors = cameraErrors(estimated, { blur: { kernel: 'reference' } }, truth, 128)
  expect(Object.keys(errors).sort()).toEqual(['camera.blur.radius', 'camera.response.gamma', 'camera.spectral.weights'])
  expect(errors['camera.blur.radius']).toBeCloseTo(Math.abs(0.75 * Math.SQRT2 - 1), 10)
  expect(errors['camera.response.gamma']).toBeCloseTo(0.2, 10)
  expect(errors['camera.spectral.weights']).toBeCloseTo((0.3 + 0.1 + 0.2) / 3, 10)
})

test('feature distance: 0 for equal pictures, symmetric, growing with noise and with blur', async () => {
  const face = toColor(await readPicture(join(import.meta.dirname, '../../examples/antique-g.truth.png')))
  const distance = await featureDistance(face)
  const grain = formulaValues('grain', face.data.length)
  const noisy = (level: number): Bitmap => ({ ...face, data: face.data.map((v, i) => clip(v + level * grain[i]!)) })
  const mixed = (share: number): Bitmap => {
    const other = formulaImage('other', 3, face.height, face.width)
    return { ...face, data: face.data.map((v, i) => clip(v * (1 - share) + 255 * share * other[i]!)) }
  }
  expect(await distance(face, face)).toBe(0)
  for (const change of [noisy, mixed]) {
    const [little, more, most] = change === noisy ? [4, 10, 30] : [0.05, 0.15, 0.5]
    const far = [
      await distance(face, change(little!)),
      await distance(face, change(more!)),
      await distance(face, change(most!)),
    ]
    expect(far[0]).toBeGreaterThan(0)
    expect(far[1]).toBeGreaterThan(far[0]!)
    expect(far[2]).toBeGreaterThan(far[1]!)
    expect(await distance(change(more!), face)).toBeCloseTo(far[1]!, 5)
  }
  await expect(distance(face, createBitmap(8, 8, 3))).rejects.toThrow('of one size')
  await distance.dispose()
})

function clip(value: number): number {
  return Math.round(Math.min(255, Math.max(0, value)))
}

test('every key is described once, and those of the config too', () => {
  const keys = metricCatalogue.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  for (const key of [...keys, 'loss.face', 'camera.response.gamma']) expect(describeMetric(key)).toMatchObject({ key })
  expect(describeMetric('nonsense')).toBeUndefined()
})
