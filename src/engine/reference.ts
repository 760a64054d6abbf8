// The float64 executor: a plain reading of every op, slow on purpose. It shares nothing with ONNX Runtime, so it is the
// oracle for values, and being float64 it makes central differences sharp enough to be one for gradients.

import { ancestors } from '../graph/gradients.ts'
import type { Tensor } from '../graph/tensor.ts'
import { kernels } from './reference-kernels.ts'
import { EngineError, type Feeds, feedOf } from './values.ts'

/** The values of `outputs`, in float64 (bools as 0 and 1). */
export function evaluate(outputs: readonly Tensor[], feeds: Feeds = {}): Float64Array[] {
  const values = new Map<Tensor, Float64Array>()
  for (const t of ancestors(outputs)) values.set(t, compute(t, values, feeds))
  return outputs.map((t) => values.get(t)!)
}

function compute(t: Tensor, values: Map<Tensor, Float64Array>, feeds: Feeds): Float64Array {
  if (t.op === 'Input') return Float64Array.from(feedOf(feeds, t) as ArrayLike<number | bigint>, Number)
  if (t.op === 'Constant') return Float64Array.from(t.read!())
  const kernel = kernels[t.op]
  if (!kernel) throw new EngineError(`the float64 executor does not know the op ${t.op}`)
  return kernel(
    t,
    t.inputs.map((i) => ({ shape: i.shape, data: values.get(i)! })),
  )
}
