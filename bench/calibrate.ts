// What the machine can do with the very convolutions and matrix products of a step: each distinct one is run alone, on
// warm caches and with its kernel constant where the step has it constant, and the times are added up as often as the
// step uses them. The step's own time over this one is the share that everything else costs.

import { constantTensors } from '../src/engine/cost.ts'
import { type CompileOptions, Executable, type Program } from '../src/engine/executable.ts'
import type { Feeds, Numbers } from '../src/engine/values.ts'
import { add } from '../src/graph/elementwise.ts'
import { countFlops } from '../src/graph/flops.ts'
import { ancestors } from '../src/graph/gradients.ts'
import { reshape, slice } from '../src/graph/layout.ts'
import { withInputs } from '../src/graph/rewrite.ts'
import { sizeOf } from '../src/graph/shape.ts'
import { constant, input, type Tensor } from '../src/graph/tensor.ts'
import { formulaValues } from '../test/support/formula.ts'

export interface Calibration {
  /** undefined for an engine that is not measured op by op. */
  milliseconds: number | undefined
  flops: number
  /** Nodes that every run computes. */
  nodes: number
}

const heavy = new Set(['Conv', 'ConvTranspose', 'MatMul'])
const silent = new Set(['Input', 'Reshape', 'Identity'])

export async function calibrate(program: Program, compile: CompileOptions): Promise<Calibration> {
  const roots = [...Object.values(program.outputs), ...Object.values(program.state ?? {}).map((s) => s.next)]
  const order = ancestors(roots)
  const known = constantTensors(order)
  const flops = countFlops(roots)
  const nodes = order.filter((t) => !known.has(t) && !silent.has(t.op)).length
  // CUDA's operands travel from the host at each run: an op alone would cost what its operands cost.
  if (compile.engine === 'tfjs' || compile.device === 'cuda') return { milliseconds: undefined, flops, nodes }
  const timeAlone = compile.device === 'webgpu' ? timeOnDevice : timeOnHost
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
  return { milliseconds, flops, nodes }
}

/** Operands as the step has them: what is constant there is constant here. */
function operandsOf(op: Tensor, known: Set<Tensor>, name: string): { operands: Tensor[]; feeds: Feeds } {
  const feeds: Record<string, Float32Array> = {}
  const operands = op.inputs.map((t, i) => {
    const numbers = formulaValues(`calibrate/${i}`, sizeOf(t.shape))
    if (known.has(t)) return constant(numbers, t.shape)
    feeds[`${name}${i}`] = numbers
    return input(`${name}${i}`, t.shape)
  })
  return { operands, feeds }
}

async function timeOnHost(op: Tensor, known: Set<Tensor>, compile: CompileOptions): Promise<number> {
  const { operands, feeds } = operandsOf(op, known, 'x')
  const executable = await Executable.compile({ outputs: { y: withInputs(op, operands) } }, compile)
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

/** Milliseconds under which starting a program costs too much of what is measured: then it does the op eight times. */
const tooShort = 5

async function timeOnDevice(op: Tensor, known: Set<Tensor>, compile: CompileOptions): Promise<number> {
  const once = await timeResident(op, known, compile, 1)
  return once > tooShort ? once : timeResident(op, known, compile, 8)
}

/**
 * The op on operands that stay on the device, `copies` times in one program, each on operands of its own so that they are
 * not merged. A number of every result goes into a state, and reading that at the end waits for all of it.
 */
async function timeResident(op: Tensor, known: Set<Tensor>, compile: CompileOptions, copies: number): Promise<number> {
  const fixed: Record<string, Tensor> = {}
  const values: Record<string, Numbers> = {}
  const current = input('probe', [128])
  let next = current
  for (let copy = 0; copy < copies; copy++) {
    const { operands, feeds } = operandsOf(op, known, `x${copy}/`)
    for (const t of operands) if (t.op === 'Input') fixed[t.name!] = t
    Object.assign(values, feeds)
    const y = withInputs(op, operands)
    const corner = slice(
      y,
      y.shape.map(() => 0),
      y.shape.map(() => 1),
    )
    next = add(next, reshape(corner, [1]))
  }
  const executable = await Executable.compile({ outputs: {}, state: { probe: { current, next } }, fixed }, compile)
  for (const [name, numbers] of Object.entries(values)) await executable.writeState(name, numbers)
  const run = async (times: number): Promise<number> => {
    const began = performance.now()
    for (let i = 0; i < times; i++) await executable.run()
    await executable.readState('probe')
    return (performance.now() - began) / times / copies
  }
  let best = await run(2)
  const until = performance.now() + 60
  for (let i = 0; i < 2 || performance.now() < until; i++) best = Math.min(best, await run(4))
  await executable.dispose()
  return best
}
