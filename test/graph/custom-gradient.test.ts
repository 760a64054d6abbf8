// A rule that is given is the one that is used, and nothing else is.

import { expect, test } from 'vitest'
import { evaluate } from '../../src/engine/reference.ts'
import { customGradient } from '../../src/graph/custom-gradient.ts'
import { add, mul, square } from '../../src/graph/elementwise.ts'
import { gatherElements } from '../../src/graph/gather.ts'
import { ancestors, gradients } from '../../src/graph/gradients.ts'
import { sum } from '../../src/graph/reduce.ts'
import { input, type Tensor } from '../../src/graph/tensor.ts'
import { checkOp } from '../support/check.ts'

const numbers = (t: Tensor, feeds: Record<string, number[]>): number[] => Array.from(evaluate([t], feeds)[0]!)

test('a rule by hand, between ops that differentiate themselves', () =>
  checkOp(
    (x, z) => {
      const y = mul(x, 2)
      return mul(
        customGradient(mul(square(y), z), [y, z], (dy) => [mul(mul(dy, mul(y, 2)), z), mul(dy, square(y))]),
        x,
      )
    },
    [
      [2, 3],
      [2, 3],
    ],
  ))

test('the rule counts, not the ops, and only for the causes', () => {
  const [x, z] = [input('x', [2]), input('z', [2])]
  const y = customGradient(mul(square(x), z), [x], (dy) => [mul(dy, 10)])
  const feeds = { x: [3, 4], z: [1, 2] }
  expect(numbers(y, feeds)).toEqual([9, 32])
  const [dx, dz] = gradients(sum(add(y, x)), [x, z])
  expect(numbers(dx!, feeds)).toEqual([11, 11])
  expect(numbers(dz!, feeds)).toEqual([0, 0])
})

test('ops without a gradient may lie between a value and its cause', () => {
  const x = input('x', [2, 2])
  const picked = gatherElements(square(x), input('i', [1, 2], 'int32'), 0)
  expect(() => gradients(sum(picked), [x])).toThrow(/GatherElements .* has no gradient/u)
  const y = customGradient(sum(picked), [x], (dy) => [mul(x, dy)])
  expect(numbers(gradients(y, [x])[0]!, { x: [1, 2, 3, 4], i: [0, 1] })).toEqual([1, 2, 3, 4])
})

test('a cotangent that nobody asks for is not computed', () => {
  const [x, z] = [input('x', [2]), input('z', [2])]
  const costly = square(square(x))
  const y = customGradient(mul(x, z), [x, z], (dy) => [mul(dy, z), mul(dy, costly)])
  expect(ancestors(gradients(sum(y), [x]))).not.toContain(costly)
  expect(ancestors(gradients(sum(y), [x, z]))).toContain(costly)
})

test('a cotangent of another shape than its cause is refused', () => {
  const x = input('x', [2])
  const y = customGradient(sum(x), [x], (dy) => [dy])
  expect(() => gradients(y, [x])).toThrow('cause 0 is [2], its cotangent came out as []')
})
