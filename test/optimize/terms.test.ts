// The terms beside the reference's: values that can be told beforehand, and gradients of each in both executors.

import { expect, test } from 'vitest'
import { evaluate } from '../../src/engine/reference.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { contentDistance } from '../../src/losses/content.ts'
import { descriptorDistance } from '../../src/losses/descriptor.ts'
import { priorDistance } from '../../src/losses/prior.ts'
import { styleDistance, styleStatistics } from '../../src/losses/style.ts'
import { variation } from '../../src/losses/total-variation.ts'
import { mahalanobis } from '../../src/metrics/mahalanobis.ts'
import { whiteningOf } from '../../src/numbers/whitening.ts'
import { checkOp } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

const valueAt = (...args: Parameters<typeof evaluate>): number => evaluate(...args)[0]![0]!

test.each(['isotropic', 'anisotropic'] as const)('total variation, %s', async (kind) => {
  // A ramp of 3 down and 4 to the right in every pixel.
  const ramp = constant(
    Array.from({ length: 20 }, (_, i) => 3 * Math.floor(i / 5) + 4 * (i % 5)),
    [1, 1, 4, 5],
  )
  const value = valueAt([variation(ramp, kind, 1e-9)], {})
  expect(value).toBeCloseTo(kind === 'isotropic' ? 5 : 7, 9)
  await checkOp((x) => variation(x, kind, 0.01), [[1, 3, 5, 6]])
})

test('prior: the square of the metric, 0 at the mean', async () => {
  const mixing = formulaValues('mixing', 16)
  const covariance = Array.from({ length: 16 }, (_, i) => {
    const [r, c] = [Math.floor(i / 4), i % 4]
    return [0, 1, 2, 3].reduce((sum, k) => sum + mixing[4 * r + k]! * mixing[4 * c + k]!, r === c ? 0.1 : 0)
  })
  const mean = [1, -2, 0.5, 3]
  const whitening = whiteningOf(mean, covariance)
  const rows = formulaValues('rows', 12)
  const x = input('x', [1, 3, 4])
  const value = valueAt([priorDistance(x, whitening)], { x: Array.from(rows) })
  expect(value).toBeCloseTo(mahalanobis(rows, whitening) ** 2, 10)
  expect(valueAt([priorDistance(x, whitening)], { x: [...mean, ...mean, ...mean] })).toBe(0)
  await checkOp((t) => priorDistance(t, whitening), [[1, 3, 4]])
})

test.each(['gram', 'moments'] as const)('style by %s: blind to places, not to what is there', async (kind) => {
  const features = Array.from(formulaValues('features', 3 * 16))
  const shuffled = features.map((_, i) => features[16 * Math.floor(i / 16) + (((i % 16) * 5) % 16)]!)
  const x = input('x', [1, 3, 4, 4])
  const statistics = styleStatistics(x, kind)
  const target = constant(evaluate([statistics], { x: features })[0]!, statistics.shape)
  const distance = styleDistance([statistics], [target])
  expect(valueAt([distance], { x: shuffled })).toBeLessThan(1e-12)
  expect(valueAt([distance], { x: features.map((v) => 2 * v) })).toBeGreaterThan(0.5)
  await checkOp((t) => styleDistance([styleStatistics(t, kind)], [target]), [[1, 3, 4, 4]])
})

test('moments are mean and deviation', () => {
  const x = constant([1, 3, 5, 7, 2, 2, 2, 2], [1, 2, 2, 2])
  const [m1, m2, s1, s2] = evaluate([styleStatistics(x, 'moments')], {})[0]!
  expect([m1, m2]).toEqual([4, 2])
  expect(s1).toBeCloseTo(Math.sqrt(5), 6)
  expect(s2).toBeCloseTo(0, 2)
})

test('content: a share of the target, layer by layer', async () => {
  const a = constant([3, 4], [1, 1, 1, 2])
  const b = constant([0, 5], [1, 1, 1, 2])
  expect(valueAt([contentDistance([a], [b])], {})).toBeCloseTo(10 / 25, 10)
  await checkOp(
    (x, y) => contentDistance([x, y], [constant(formulaValues('t', 8), [1, 2, 2, 2]), a]),
    [
      [1, 2, 2, 2],
      [1, 1, 1, 2],
    ],
  )
})

test.each(['cosine', 'euclidean'] as const)('identity by %s', async (kind) => {
  const of = (p: number[], q: number[]): number =>
    valueAt([descriptorDistance(constant(p, [1, 2]), constant(q, [1, 2]), kind)], {})
  expect(of([3, 4], [3, 4])).toBeCloseTo(0, 5)
  expect(of([1, 0], [0, 2])).toBeCloseTo(kind === 'cosine' ? 1 : Math.sqrt(5), 6)
  await checkOp(
    (x, y) => descriptorDistance(x, y, kind),
    [
      [1, 6],
      [1, 6],
    ],
  )
})
