// How much arithmetic a graph asks for: what a benchmark divides by its seconds.

import { ancestors } from './gradients.ts'
import { sizeOf } from './shape.ts'
import type { Tensor } from './tensor.ts'

/** Multiplications and additions of the convolutions and matrix products that `outputs` need, times two. */
export function countFlops(outputs: readonly Tensor[]): number {
  let flops = 0
  for (const t of ancestors(outputs)) {
    const [a, b] = t.inputs
    if (t.inputs.every((i) => i.op === 'Constant')) continue
    if (t.op === 'Conv') flops += 2 * sizeOf(t.shape) * sizeOf(b!.shape.slice(1))
    else if (t.op === 'ConvTranspose') flops += 2 * sizeOf(a!.shape) * sizeOf(b!.shape.slice(1))
    else if (t.op === 'MatMul') flops += 2 * sizeOf(t.shape) * a!.shape[a!.shape.length - 1]!
  }
  return flops
}
