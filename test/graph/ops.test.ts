// Each op: values and gradients (see support/check.ts).

import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/engine/reference.ts'
import { conv2d, convTranspose2d } from '../../src/graph/conv.ts'
import * as e from '../../src/graph/elementwise.ts'
import { gather } from '../../src/graph/gather.ts'
import { gradients } from '../../src/graph/gradients.ts'
import * as l from '../../src/graph/layout.ts'
import { matmul, swap } from '../../src/graph/matmul.ts'
import { avgPool, globalMean, maxPool, maxPoolWindows, upsampleNearest } from '../../src/graph/pool.ts'
import * as r from '../../src/graph/reduce.ts'
import { constant, input, node } from '../../src/graph/tensor.ts'
import { checkOp } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

const positive = (x: number): number => Math.abs(x) + 0.3
/** Away from 0, where |x|, ReLU and comparisons have a kink. */
const offZero = (x: number): number => x + 0.1 * Math.sign(x)

describe('elementwise', () => {
  const pairs = [
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[2, 3], []],
  ]
  const binary = { add: e.add, sub: e.sub, mul: e.mul, maximum: e.maximum, minimum: e.minimum }
  for (const [name, f] of Object.entries(binary))
    for (const shapes of pairs) test(`${name} ${JSON.stringify(shapes)}`, () => checkOp(f, shapes))
  for (const shapes of pairs) {
    test(`div ${JSON.stringify(shapes)}`, () => checkOp(e.div, shapes, { prepare: positive }))
    test(`pow ${JSON.stringify(shapes)}`, () => checkOp(e.pow, shapes, { prepare: positive }))
  }
  test('numbers are scalars', () => checkOp((x) => e.sub(1, e.mul(x, 3)), [[4]]))
  test('neg', () => checkOp(e.neg, [[5]]))
  test('exp', () => checkOp(e.exp, [[5]]))
  test('log', () => checkOp(e.log, [[5]], { prepare: positive }))
  test('sqrt', () => checkOp(e.sqrt, [[5]], { prepare: positive }))
  test('rsqrt', () => checkOp(e.rsqrt, [[5]], { prepare: positive }))
  test('square', () => checkOp(e.square, [[5]]))
  test('abs', () => checkOp(e.abs, [[7]], { prepare: offZero }))
  test('abs has no slope at 0', () => {
    const x = input('x', [3])
    expect(evaluate(gradients(r.sum(e.abs(x)), [x]), { x: [-2, 0, 1e-20] })[0]).toEqual(Float64Array.of(-1, 0, 1))
  })
  test('an operand that is expanded to the other', () =>
    checkOp(
      (x, y) => e.mul(l.expand(x, [2, 3, 4]), y),
      [
        [3, 1],
        [2, 3, 4],
      ],
    ))
  test('two operands that are expanded to each other', () =>
    checkOp((x, y) => e.div(l.expand(x, [3, 4]), l.expand(y, [3, 4])), [[3, 1], [4]], { prepare: positive }))
  test('an operand that is expanded further than the other', () =>
    checkOp((x, y) => e.sub(l.expand(x, [2, 3, 4]), y), [[3, 1], [4]]))
  test('the gradient of what was expanded is asked for, not of the result', () => {
    const x = l.expand(input('x', [3]), [2, 3])
    expect(() => gradients(r.sum(x), [x])).toThrow(/expanded to/u)
  })
  test('sigmoid', () => checkOp(e.sigmoid, [[5]]))
  test('tanh', () => checkOp(e.tanh, [[5]]))
  test('relu', () => checkOp(e.relu, [[7]], { prepare: offZero }))
  test('leakyRelu', () => checkOp((x) => e.leakyRelu(x, 0.2), [[7]], { prepare: offZero }))
  test('clamp', () => checkOp((x) => e.clamp(x, -0.5, 0.8), [[9]]))
  test('where', () => checkOp((c, a, b) => e.where(e.greater(c, 0.05), a, b), [[3, 4], [4], [3, 1]]))
  test('comparisons have no slope', () => checkOp((a, b) => e.mul(b, e.where(e.equal(a, a), 1, 0)), [[3], [3]]))
})

describe('reductions', () => {
  for (const [name, f] of Object.entries({ sum: r.sum, mean: r.mean, max: r.max, min: r.min })) {
    test(`${name} of all`, () => checkOp((x) => f(x), [[2, 3]]))
    test(`${name} over an axis`, () => checkOp((x) => f(x, [1]), [[2, 3, 4]]))
    test(`${name} over two axes, kept`, () => checkOp((x) => f(x, [-1, 0], true), [[2, 3, 4]]))
  }
  test('softmax', () => checkOp(r.softmax, [[2, 5]]))
  test('sumTo undoes a broadcast', () => checkOp((x) => r.sumTo(x, [3, 1]), [[2, 3, 4]]))
})

describe('layout', () => {
  test('reshape', () => checkOp((x) => l.reshape(x, [3, -1]), [[2, 6]]))
  test('transpose', () => checkOp((x) => l.transpose(x, [2, 0, 1]), [[2, 3, 4]]))
  test('expand', () => checkOp((x) => l.expand(x, [2, 3, 4]), [[3, 1]]))
  test('pad', () => checkOp((x) => l.pad(x, [0, 1], [2, 0]), [[2, 3]]))
  test('pad with a value', () => checkOp((x) => l.pad(x, [0, 1], [2, 0], 1.5), [[2, 3]]))
  test('slice', () => checkOp((x) => l.slice(x, [0, 1], [2, 3]), [[3, 4]]))
  test('flip', () => checkOp((x) => l.flip(x, [0, 2]), [[3, 2, 4]]))
  test('concat', () =>
    checkOp(
      (a, b) => l.concat([a, b], 1),
      [
        [2, 1],
        [2, 3],
      ],
    ))
  test('roll forward', () => checkOp((x) => l.roll(x, 1, 1), [[2, 5]]))
  test('roll backward', () => checkOp((x) => l.roll(x, -2, 0), [[5, 2]]))
  test('gather', () => checkOp((x) => gather(x, input('i', [3], 'int32'), 1), [[2, 4, 2]], { feeds: { i: [3, 0, 3] } }))
})

describe('matrix products', () => {
  test('plain', () =>
    checkOp(matmul, [
      [2, 3],
      [3, 4],
    ]))
  test('batched', () =>
    checkOp(matmul, [
      [2, 2, 3],
      [2, 3, 2],
    ]))
  test('broadcast batch', () =>
    checkOp(matmul, [
      [2, 2, 3],
      [3, 2],
    ]))
  test('swap', () => checkOp(swap, [[2, 3, 4]]))
})

describe('convolution', () => {
  const x = [2, 3, 6, 5]
  const cases: Record<string, [Parameters<typeof conv2d>[2], number[]]> = {
    plain: [{}, [4, 3, 3, 3]],
    padded: [{ padding: 1 }, [4, 3, 3, 3]],
    'padded unevenly': [{ padding: [0, 2, 1, 0] }, [2, 3, 3, 3]],
    '1×1': [{}, [4, 3, 1, 1]],
    'stride 2': [{ stride: 2, padding: 1 }, [4, 3, 3, 3]],
    'stride 2, pixels left over': [{ stride: 2 }, [4, 3, 2, 2]],
    'stride 3, even kernel': [{ stride: 3, padding: 1 }, [2, 3, 4, 4]],
    dilated: [{ dilation: 2 }, [2, 3, 2, 3]],
    'dilated and padded': [{ dilation: 2, padding: 2 }, [2, 3, 3, 3]],
    'dilated, padded beyond the kernel': [{ dilation: 2, padding: [3, 0, 3, 4] }, [2, 3, 2, 2]],
    'dilated, stride 2': [{ dilation: 2, stride: 2, padding: 1 }, [2, 3, 2, 2]],
    'dilated, stride 2, pixels left over': [{ dilation: 2, stride: 2, padding: [1, 0, 0, 1] }, [2, 3, 2, 2]],
    'each channel alone, learned': [{ groups: 3, padding: 1 }, [3, 1, 3, 3]],
    'two kernels for each channel': [{ groups: 3, padding: 1 }, [6, 1, 3, 3]],
    'each channel alone, stride 2': [{ groups: 3, stride: 2, padding: 1 }, [3, 1, 3, 3]],
    'each channel alone, dilated': [{ groups: 3, dilation: 2, padding: 2 }, [3, 1, 3, 3]],
  }
  for (const [name, [options, kernel]] of Object.entries(cases))
    test(name, () => checkOp((a, k) => conv2d(a, k, options), [x, kernel]))
  const grouped: Record<string, [Parameters<typeof conv2d>[2], number[]]> = {
    groups: [{ groups: 2, padding: 1 }, [6, 2, 3, 3]],
    'groups, stride 2': [{ groups: 2, stride: 2 }, [2, 2, 2, 2]],
    'groups, dilated': [{ groups: 2, dilation: 2, padding: 1 }, [4, 2, 2, 2]],
    'groups, dilated, stride 2': [{ groups: 2, dilation: 2, stride: 2, padding: 1 }, [4, 2, 2, 2]],
  }
  for (const [name, [options, kernel]] of Object.entries(grouped))
    test(name, () => checkOp((a, k) => conv2d(a, k, options), [[2, 4, 6, 5], kernel]))
  test('groups, transposed', () =>
    checkOp(
      (a, k) => convTranspose2d(a, k, { stride: 2, groups: 2 }),
      [
        [2, 4, 3, 2],
        [4, 3, 3, 3],
      ],
    ))
  test('a rule that leaves an operand out throws', () => {
    const [a, b] = [input('a', [2]), input('b', [2])]
    const forgetful = node({ op: 'Add', inputs: [a, b], shape: [2], gradient: (dy) => [dy, undefined] })
    expect(() => gradients(r.sum(forgetful), [a])).not.toThrow()
    expect(() => gradients(r.sum(forgetful), [a, b])).toThrow('has no gradient for its operand 2')
  })
  const eachChannel = constant(formulaValues('kernel', 48), [3, 1, 4, 4])
  test('each channel alone', () => checkOp((a) => conv2d(a, eachChannel, { groups: 3, padding: 1 }), [x]))
  test('each channel alone, transposed', () =>
    checkOp((a) => convTranspose2d(a, eachChannel, { stride: 2, padding: 1, groups: 3 }), [x]))
  test('bias', () => checkOp((a, k, bias) => conv2d(a, k, { bias, padding: 1 }), [x, [4, 3, 3, 3], [4]]))
  test('transposed', () => checkOp((a, k) => convTranspose2d(a, k), [x, [3, 2, 3, 3]]))
  test('transposed, stride 2', () => checkOp((a, k) => convTranspose2d(a, k, { stride: 2 }), [x, [3, 2, 3, 3]]))
  test('transposed, cut and extended', () =>
    checkOp((a, k) => convTranspose2d(a, k, { stride: 2, padding: 1, outputPadding: [1, 0] }), [x, [3, 2, 3, 3]]))
})

describe('pooling', () => {
  test('average', () => checkOp((x) => avgPool(x, 2), [[1, 2, 5, 4]]))
  test('maximum after ReLU', () => checkOp((x) => maxPool(e.relu(x), 2), [[1, 2, 4, 5]], { prepare: offZero }))
  test('the maximum passes its cotangent to one element, also where all are equal', () => {
    const x = input('x', [1, 1, 4, 4])
    const slope = gradients(r.sum(maxPool(x, 2)), [x])
    const flat = { x: new Array<number>(16).fill(1.5) }
    expect([...evaluate(slope, flat)[0]!]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0])
  })
  test('maximum over windows', () => checkOp((x) => maxPoolWindows(x, 3, 2, 1), [[1, 2, 6, 5]], { gradient: false }))
  test('nearest-neighbour enlargement', () => checkOp((x) => upsampleNearest(x, 3), [[1, 2, 2, 3]]))
  test('global mean', () => checkOp(globalMean, [[2, 3, 4, 5]]))
})
