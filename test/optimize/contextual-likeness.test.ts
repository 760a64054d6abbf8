// The gradient by hand against finite differences and against differentiation op by op.

import { describe, expect, test } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { add, div, mul, sqrt, square, sub } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { matmul, swap } from '../../src/graph/matmul.ts'
import { max, mean, softmax, sum } from '../../src/graph/reduce.ts'
import { input, type Tensor } from '../../src/graph/tensor.ts'
import { contextualLikeness } from '../../src/losses/contextual-likeness.ts'
import { checkOp, expectClose } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

/** The definition; where maxima tie, their cotangent is shared. */
function opByOp(x: Tensor, y: Tensor, centre: Tensor, bandwidth: number): Tensor {
  const unit = (t: Tensor): Tensor => div(t, sqrt(sum(square(t), [0], true)))
  const cosine = matmul(swap(unit(sub(x, centre))), unit(sub(y, centre)))
  const distance = sub(1, max(cosine, [1], true))
  return mean(max(softmax(div(cosine, mul(add(distance, 1e-5), bandwidth))), [0]))
}

/** Gradients for x, y and centre of both ways to compute, in float64. */
function slopes(values: { x: number[]; y: number[]; centre: number[] }, channels: number): number[][][] {
  const operands = Object.entries(values).map(([name, v]) => input(name, [channels, v.length / channels])) as [
    Tensor,
    Tensor,
    Tensor,
  ]
  return [contextualLikeness, opByOp].map((f) =>
    evaluate(gradients(f(...operands, 0.5), operands), values).map((g) => Array.from(g)),
  )
}

const points = (name: string, channels: number, count: number): number[][] =>
  Array.from({ length: channels }, (_, c) => Array.from(formulaValues(`${name}/${c}`, count)))

describe('likeness', () => {
  const shapes = (n: number, m: number): number[][] => [
    [3, n],
    [3, m],
    [3, 1],
  ]
  test.each([
    ['as many points', 6, 6],
    ['more in x', 9, 4],
    ['prime numbers of them', 7, 5],
  ])('%s', (_, n, m) => checkOp((x, y, c) => mul(contextualLikeness(x, y, c, 0.5), 3), shapes(n, m)))

  test('is what op by op gives, for 64 points', () => {
    const [x, y] = [points('x', 4, 64), points('y', 4, 64)]
    const [byHand, byOps] = slopes({ x: x.flat(), y: y.flat(), centre: [0.1, 0.2, -0.1, 0] }, 4)
    byHand!.forEach((g, i) => {
      expect(Math.max(...byOps![i]!.map(Math.abs))).toBeGreaterThan(1e-4)
      expectClose(
        g.map((v) => 1000 * v),
        byOps![i]!.map((v) => 1000 * v),
        1e-9,
        `operand ${i}`,
      )
    })
  })
})

test('no denormals, which processors multiply fifty times as slowly: the matrix that everything is a product with has none', async () => {
  const close = points('x', 4, 64)
  const x = input('x', [4, 64])
  const likeness = contextualLikeness(x, input('y', [4, 64]), input('centre', [4, 1]), 0.02)
  const matrix = within(likeness).find(({ op }) => op === 'Softmax')!
  const feeds = { x: close.flat(), y: close.flat().map((v, i) => v + 0.05 * Math.sin(i)), centre: [0.1, 0.2, -0.1, 0] }
  const { P } = await runOnce({ P: matrix }, feeds)
  expect(P!.some((v) => v < 1e-20)).toBe(true)
  expect(Math.min(...P!)).toBeGreaterThan(1e-30)
})

/** All that a tensor is computed from. */
function within(result: Tensor): Tensor[] {
  const found = new Set<Tensor>([result])
  for (const t of found) for (const one of t.inputs) found.add(one)
  return [...found]
}

describe('where maxima tie', () => {
  test('points of x that are the same: the result’s gradient is that of sharing', () => {
    const x = points('x', 3, 8).map((row) => [...row.slice(0, 6), row[0]!, row[0]!])
    const [byHand, byOps] = slopes({ x: x.flat(), y: points('y', 3, 8).flat(), centre: [0.1, 0, 0] }, 3)
    expectClose(byHand![1]!, byOps![1]!, 1e-9, 'y')
    expectClose(byHand![2]!, byOps![2]!, 1e-9, 'centre')
  })

  test('points of y that are the same: the first takes what the nearest gets, together they get as much', () => {
    // The second and fifth point of y are the nearest to the first of x. The third is not far, but belongs to the second
    // of x, so that the distance to the nearest matters. All others are on the other side.
    const first = [
      [1, 0, 0],
      [1, -0.45, 0],
    ]
    const special: Record<number, number[]> = { 1: [1, 0.3, 0], 2: [1, -0.4, 0], 4: [1, 0.3, 0] }
    const x = points('x', 3, 6).map((row, c) => row.map((v, i) => first[i]?.[c] ?? (c === 0 ? -1 : v)))
    const y = points('y', 3, 6).map((row, c) => row.map((v, j) => special[j]?.[c] ?? (c === 0 ? -1 : v)))
    const [byHand, byOps] = slopes({ x: x.flat(), y: y.flat(), centre: [0, 0, 0.1] }, 3)
    const rows = (g: number[]): number[][] => [0, 1, 2].map((c) => g.slice(6 * c, 6 * c + 6))
    const [hand, ops] = [rows(byHand![1]!), rows(byOps![1]!)]
    for (const c of [0, 1, 2]) {
      expect(ops[c]![1]).toBeCloseTo(ops[c]![4]!, 9)
      expect(hand[c]![1]! + hand[c]![4]!).toBeCloseTo(ops[c]![1]! + ops[c]![4]!, 9)
      expectClose(
        [0, 2, 3, 5].map((j) => hand[c]![j]!),
        [0, 2, 3, 5].map((j) => ops[c]![j]!),
        1e-9,
        'the others',
      )
    }
    expect(Math.abs(hand[1]![1]! - hand[1]![4]!)).toBeGreaterThan(1e-3)
  })
})
