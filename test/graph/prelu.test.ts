import { describe, expect, it } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { conv2d } from '../../src/graph/conv.ts'
import { convPrelu, prelu } from '../../src/graph/prelu.ts'
import { pixelShuffle, pixelUnshuffle } from '../../src/graph/shuffle.ts'
import { constant } from '../../src/graph/tensor.ts'
import { checkOp } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

describe('PReLU', () => {
  it('has the right values and gradients', async () => {
    await checkOp((x, slope) => prelu(x, slope), [[1, 3, 4, 5], [3]])
    const { y } = await runOnce({ y: prelu(constant([-2, 3, -4, 5], [1, 2, 1, 2]), constant([0.5, 2], [2])) })
    expect([...y!]).toEqual([-1, 3, -8, 5])
  })

  it('in one with the convolution before it is the same, whatever the slopes', async () => {
    const x = constant(formulaValues('x', 3 * 30), [1, 3, 5, 6])
    const kernel = constant(formulaValues('kernel', 4 * 27), [4, 3, 3, 3])
    const bias = constant(formulaValues('bias', 4), [4])
    for (const slopes of [
      [0.25, -0.5, 0.8, 0],
      [0.25, 1, 3, 0.95],
    ]) {
      const slope = constant(slopes, [4])
      const [a, b] = Object.values(
        await runOnce({
          together: convPrelu(x, kernel, bias, slope),
          apart: prelu(conv2d(x, kernel, { bias, padding: 1 }), slope),
        }),
      )
      expect(Math.max(...a!.map((v, i) => Math.abs(v - b![i]!)))).toBeLessThan(1e-5)
    }
  })
})

describe('channels to pixels', () => {
  it('as PyTorch and as TensorFlow order them, and back', async () => {
    await checkOp((x) => pixelShuffle(x, 2), [[1, 8, 2, 3]])
    await checkOp((x) => pixelUnshuffle(x, 2), [[1, 2, 4, 6]])
    // Two colours of 2×2 cells.
    const x = constant([0, 1, 2, 3, 4, 5, 6, 7], [1, 8, 1, 1])
    const out = await runOnce({
      torch: pixelShuffle(x, 2),
      tensorflow: pixelShuffle(x, 2, 'cell-first'),
      back: pixelUnshuffle(pixelShuffle(x, 2), 2),
    })
    expect([...out.torch!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect([...out.tensorflow!]).toEqual([0, 2, 4, 6, 1, 3, 5, 7])
    expect([...out.back!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})
