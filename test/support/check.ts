// Every op goes through this one helper: its values in ONNX Runtime and twice in TensorFlow.js against the float64 executor, and
// its gradient in all of them against central differences in float64.

import { expect } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { evaluate } from '../../src/engine/reference.ts'
import type { Feeds } from '../../src/engine/values.ts'
import { mul } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { sum } from '../../src/graph/reduce.ts'
import { type Shape, sizeOf } from '../../src/graph/shape.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { underTest } from './device.ts'
import { formulaValues } from './formula.ts'
import { runOnTfjs, wasmBackend } from './tfjs.ts'

export interface CheckOptions {
  /** Makes the operands from formula numbers (mean 0, variance 1): keeps them off kinks and poles. */
  prepare?: (x: number, operand: number) => number
  /** Values of int32 inputs of the graph, by name. */
  feeds?: Record<string, number[]>
  gradient?: boolean
}

const step = 1e-5

/** What computes in float32, on the device under test. */
const engines = {
  [underTest.engine ?? 'ONNX Runtime']: (outputs: Readonly<Record<string, Tensor>>, feeds: Feeds) =>
    runOnce(outputs, feeds, underTest),
  'TensorFlow.js': runOnTfjs,
  'TensorFlow.js on WebAssembly': (outputs: Readonly<Record<string, Tensor>>, feeds: Feeds) =>
    runOnTfjs(outputs, feeds, wasmBackend),
}

/** Builds f on inputs of the given shapes and checks value and gradient. */
export async function checkOp(
  f: (...x: Tensor[]) => Tensor,
  shapes: Shape[],
  options: CheckOptions = {},
): Promise<void> {
  const prepare = options.prepare ?? ((x: number) => x)
  const operands = shapes.map((shape, i) => input(`x${i}`, shape))
  const feeds: Record<string, number[]> = { ...options.feeds }
  shapes.forEach((shape, i) => {
    feeds[`x${i}`] = Array.from(formulaValues(`operand/${i}`, sizeOf(shape)), (x) => Math.fround(prepare(x, i)))
  })
  const y = f(...operands)
  const expected = evaluate([y], feeds)[0]!
  expect(expected.length, 'shape inference and the executor disagree').toBe(sizeOf(y.shape))
  for (const [engine, run] of Object.entries(engines))
    expectClose((await run({ y }, feeds)).y!, expected, 2e-5, `${y.op} forward in ${engine}`)
  if (options.gradient === false) return

  // One weighted sum of the output tests the whole Jacobian's transpose.
  const loss = sum(mul(y, constant(formulaValues('cotangent', sizeOf(y.shape)), y.shape)))
  const slopes = gradients(loss, operands)
  const exact = evaluate(slopes, feeds)
  const outputs = Object.fromEntries(slopes.map((g, i) => [`g${i}`, g]))
  const float32 = Object.entries(engines).map(async ([engine, run]) => [engine, await run(outputs, feeds)] as const)
  const results = await Promise.all(float32)
  operands.forEach((_, i) => {
    const numeric = exact[i]!.map((_, j) => {
      const at = (delta: number): number => {
        const moved = [...feeds[`x${i}`]!]
        moved[j]! += delta
        return evaluate([loss], { ...feeds, [`x${i}`]: moved })[0]![0]!
      }
      return (at(step) - at(-step)) / (2 * step)
    })
    expectClose(exact[i]!, numeric, 1e-6, `${y.op}: gradient of operand ${i} in float64`)
    for (const [engine, got] of results)
      expectClose(got[`g${i}`]!, exact[i]!, 5e-5, `${y.op}: gradient of operand ${i} in ${engine}`)
  })
}

/** Largest difference, relative to the largest expected number (or 1). */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(got.length, what).toBe(expected.length)
  const scale = Math.max(1, ...Array.from(expected, Math.abs))
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(got[i]! - expected[i]!) / scale
    worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error)
  }
  expect(worst, `${what}: relative error`).toBeLessThan(tolerance)
}
