// What the machine can do with the very convolutions and matrix products of a step: each distinct one is run alone, on
// warm caches and with its kernel constant where the step has it constant, and the times are added up as often as the
// step uses them. The step's own time over this one is the share that everything else costs.

import { type CompileOptions, Executable, type Program } from '../src/engine/executable.ts'
import { countFlops } from '../src/graph/flops.ts'
import { ancestors } from '../src/graph/gradients.ts'
import { sizeOf } from '../src/graph/shape.ts'
import { constant, input, node, type Tensor } from '../src/graph/tensor.ts'
import { formulaValues } from '../test/support/formula.ts'

export interface Calibration {
  /** undefined for an engine that is not measured op by op. */
  milliseconds: number | undefined
  flops: number
  distinct: number
}

const heavy = new Set(['Conv', 'ConvTranspose', 'MatMul'])

export async function calibrate(program: Program, compile: CompileOptions): Promise<Calibration> {
  const roots = [...Object.values(program.outputs), ...Object.values(program.state ?? {}).map((s) => s.next)]
  const order = ancestors(roots)
  if (compile.engine === 'tfjs') return { milliseconds: undefined, flops: countFlops(roots), distinct: 0 }
  const known = constantTensors(order)
  const groups = new Map<string, { op: Tensor; count: number }>()
  for (const t of order) {
    if (!heavy.has(t.op) || known.has(t)) continue
    const key = JSON.stringify([t.op, t.attributes, t.inputs.map((i) => [i.shape, known.has(i)])])
    const group = groups.get(key)
    if (group) group.count++
    else groups.set(key, { op: t, count: 1 })
  }
  let milliseconds = 0
  for (const { op, count } of groups.values()) {
    milliseconds += count * (await timeAlone(op, known, compile))
  }
  return { milliseconds, flops: countFlops(roots), distinct: groups.size }
}

/** Tensors that no input has a part in: an engine works them out when it loads the model. */
function constantTensors(order: readonly Tensor[]): Set<Tensor> {
  const known = new Set<Tensor>()
  for (const t of order)
    if (t.op === 'Constant' || (t.inputs.length > 0 && t.inputs.every((i) => known.has(i)))) known.add(t)
  return known
}

async function timeAlone(op: Tensor, known: Set<Tensor>, compile: CompileOptions): Promise<number> {
  const feeds: Record<string, Float32Array> = {}
  const operands = op.inputs.map((t, i) => {
    const numbers = formulaValues(`calibrate/${i}`, sizeOf(t.shape))
    if (known.has(t)) return constant(numbers, t.shape)
    feeds[`x${i}`] = numbers
    return input(`x${i}`, t.shape)
  })
  const y = node({ op: op.op, inputs: operands, shape: op.shape, attributes: { ...op.attributes } })
  const executable = await Executable.compile({ outputs: { y } }, compile)
  await executable.run(feeds)
  let best = Number.POSITIVE_INFINITY
  const until = performance.now() + 60
  for (let i = 0; i < 3 || performance.now() < until; i++) {
    const began = performance.now()
    await executable.run(feeds)
    best = Math.min(best, performance.now() - began)
  }
  await executable.dispose()
  return best
}
