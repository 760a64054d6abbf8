/** What is changed in a program for WebGPU's kernels changes none of its numbers. */
import { describe, expect, it } from 'vitest'
import { forWebGpu, walkOf } from '../../src/engine/onnxruntime/for-webgpu.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { greater, mul, toFloat } from '../../src/graph/elementwise.ts'
import { ancestors } from '../../src/graph/gradients.ts'
import { reshape } from '../../src/graph/layout.ts'
import { max, mean, sum } from '../../src/graph/reduce.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import { input, type Tensor } from '../../src/graph/tensor.ts'
import { expectClose } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

const shape = [1, 6, 128, 96]
const x = input('x', shape)
const feeds = { x: formulaValues('x', sizeOf(shape)) }

function rewritten(t: Tensor): Tensor {
  const after = forWebGpu({ outputs: { t } }).outputs.t!
  expect(after.shape).toEqual(t.shape)
  expectClose(evaluate([after], feeds)[0]!, evaluate([t], feeds)[0]!, 1e-12, t.op)
  return after
}

const positiveOf = (t: Tensor): Tensor => toFloat(greater(t, 0))
const ops = (t: Tensor): string[] => ancestors([t]).map(({ op }) => op)

describe('a program for WebGPU', () => {
  it.each([
    ['the mean of everything', mean(x)],
    ['the sum of everything', sum(x, [0, 1, 2, 3], true)],
    ['a sum for each channel', sum(x, [2, 3])],
    ['a maximum for each channel', max(x, [2, 3], true)],
  ])('takes %s axis by axis, so that no thread walks far', (_, t) => {
    expect(walkOf(t)).toBeGreaterThan(64)
    for (const part of ancestors([rewritten(t)])) expect(walkOf(part)).toBeLessThanOrEqual(64)
  })

  it('leaves short reductions, and everything before the first change, as they are', () => {
    const rows = mean(x, [3], true)
    expect(rewritten(rows)).toBe(rows)
    const twice = mul(x, 2)
    expect(ancestors([rewritten(mean(twice))])).toContain(twice)
  })

  it('leaves one long axis as it is', () => {
    const long = sum(reshape(x, [6 * 128 * 96]))
    expect(rewritten(long)).toBe(long)
  })

  it('gives two outputs of one tensor the same one, and a condition of another shape its place', () => {
    const average = mean(x)
    const { a, b } = forWebGpu({ outputs: { a: average, b: average } }).outputs
    expect(a).toBe(b)
    const columns = toFloat(greater(mean(x, [2], true), 0))
    expect(ops(rewritten(mul(x, columns)))).toContain('Where')
    expect(ops(rewritten(mul(mean(x, [2], true), positiveOf(x))))).toContain('Where')
  })

  it('selects instead of multiplying by a condition, on either side', () => {
    const positive = positiveOf(x)
    for (const product of [mul(x, positive), mul(positive, x), mul(positive, positive)])
      expect(ops(rewritten(product))).toContain('Where')
    expect(ops(rewritten(mul(x, x)))).not.toContain('Where')
  })

  it('is changed in its state, too, and keeps the inputs that hold it', () => {
    const { state } = forWebGpu({ outputs: {}, state: { x: { current: x, next: mul(x, mean(x)) } } })
    expect(state!.x!.current).toBe(x)
    for (const part of ancestors([state!.x!.next])) expect(walkOf(part)).toBeLessThanOrEqual(64)
  })
})
