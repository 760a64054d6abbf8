// Transposed convolutions of stride 2 by cells are the transposed convolutions.
import { expect, it } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { conv2d, convTranspose2d } from '../../src/graph/conv.ts'
import { add, mul } from '../../src/graph/elementwise.ts'
import { enlarge } from '../../src/graph/enlarge.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { reshape } from '../../src/graph/layout.ts'
import { sum } from '../../src/graph/reduce.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { formulaValues } from '../support/formula.ts'

const kernelOf = (k: number) => constant(formulaValues(`kernel ${k}`, 3 * 2 * k * k), [3, 2, k, k])
const x = formulaValues('x', 3 * 5 * 4)
const bias = constant([0.5, -2], [2])

it.each([
  ['four', 4, { stride: 2, padding: 1 }],
  ['three', 3, { stride: 2, padding: 1, outputPadding: [1, 1] }],
] as const)('%s, as PyTorch has it', async (kind, k, options) => {
  const given = input('x', [1, 3, 5, 4])
  const cells = enlarge(given, kernelOf(k), kind, bias)
  const plain = add(convTranspose2d(given, kernelOf(k), options), reshape(bias, [1, 2, 1, 1]))
  expect(cells.shape).toEqual([1, 2, 10, 8])
  const out = await runOnce({ cells, plain }, { x })
  out.cells!.forEach((v, i) => {
    expect(v).toBeCloseTo(out.plain![i]!, 4)
  })
})

it('"same", the transpose of a convolution of an even side', async () => {
  const [given, dy] = [input('large', [1, 2, 10, 8]), input('x', [1, 3, 5, 4])]
  const forward = conv2d(given, kernelOf(3), { stride: 2, padding: [0, 0, 1, 1] })
  expect(forward.shape).toEqual(dy.shape)
  const [plain] = gradients(sum(mul(forward, dy)), [given])
  const out = await runOnce(
    { cells: enlarge(dy, kernelOf(3), 'same'), plain: plain! },
    { x, large: new Float32Array(160) },
  )
  out.cells!.forEach((v, i) => {
    expect(v).toBeCloseTo(out.plain![i]!, 4)
  })
})
