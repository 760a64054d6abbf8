// What a program asks of a machine, read off its graph before anything is compiled: arithmetic, numbers that pass through memory,
// and the most that must be in memory at once.

import { countFlops } from '../graph/flops.ts'
import { ancestors } from '../graph/gradients.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Program } from './contract.ts'
import { layoutOf } from './program.ts'

/** Of one run of a program. */
export interface ProgramCost {
  /** Floating-point operations of convolutions and matrix products. */
  readonly flops: number
  /** Bytes that the other operations read and write. */
  readonly moved: number
  /** How many operations there are. */
  readonly operations: number
  /** Bytes of weights, inputs, states and, at their most, of results that are still needed. */
  readonly held: number
}

/** Operations that hand on the same numbers. */
const RENAMING = new Set(['Reshape', 'Identity'])
/** Results that an engine writes where an operand was, when nobody else needs that any more. */
const IN_PLACE = new Set(['Relu', 'Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Neg', 'Abs', 'Max', 'Min', 'Clip', 'Where'])
const HEAVY = new Set(['Conv', 'ConvTranspose', 'MatMul'])
/** States have two sets of buffers that take turns. */
const SETS = 2
/** Weights are in memory once as ONNX Runtime reads them and once as its convolutions want them. */
const COPIES = 2

/** What one run of a program computes, moves and holds, by its graph alone; nothing is compiled. */
export function programCost(program: Program): ProgramCost {
  const { roots, held } = layoutOf(program)
  const order = ancestors(roots)
  const known = constantTensors(order)
  const states = held.reduce((sum, { current, next }) => sum + bytesOf(current) * (next ? SETS : 1), 0)
  // These have places of their own, counted above.
  const own = new Set(held.flatMap(({ current, next }) => (next ? [current, next] : [current])))
  const computed = order.filter((t) => !known.has(t) && t.op !== 'Input' && !RENAMING.has(t.op) && !isFused(t))
  return {
    flops: countFlops(roots),
    moved: computed.reduce((sum, t) => sum + (HEAVY.has(t.op) ? 0 : movedBy(t)), 0),
    operations: computed.length,
    held: states + peakBytes(order, roots, known, own),
  }
}

/** The arithmetic of several programs that run one after the other, each so many times; memory of the largest. */
export function costOf(runs: readonly (readonly [cost: ProgramCost, times: number])[]): ProgramCost {
  const total = (key: 'flops' | 'moved' | 'operations'): number =>
    runs.reduce((sum, [cost, times]) => sum + times * cost[key], 0)
  return {
    flops: total('flops'),
    moved: total('moved'),
    operations: total('operations'),
    held: Math.max(0, ...runs.map(([{ held }]) => held)),
  }
}

/** Tensors that no input has a part in: an engine works them out when it loads the model. */
export function constantTensors(order: readonly Tensor[]): Set<Tensor> {
  const known = new Set<Tensor>()
  for (const t of order)
    if (t.op === 'Constant' || (t.inputs.length > 0 && t.inputs.every((i) => known.has(i)))) known.add(t)
  return known
}

function movedBy(t: Tensor): number {
  return bytesOf(t) + t.inputs.reduce((sum, i) => sum + bytesOf(i), 0)
}

/** Computed along with the convolution in front of it. */
function isFused({ op, inputs }: Tensor): boolean {
  return op === 'Relu' && inputs[0]!.op === 'Conv'
}

/** The most bytes of results at once, in the order in which they are made, and of what is fed and constant. */
function peakBytes(
  order: readonly Tensor[],
  roots: readonly Tensor[],
  known: ReadonlySet<Tensor>,
  elsewhere: ReadonlySet<Tensor>,
): number {
  const lastUse = new Map<Tensor, number>()
  const buffers = new Map<Tensor, Tensor>()
  // A tensor that only renames another, or takes its place, lives in the other's buffer.
  const bufferOf = (t: Tensor): Tensor => buffers.get(t) ?? t
  order.forEach((t, at) => {
    if (known.has(t)) return
    const [first] = t.inputs
    const heir = RENAMING.has(t.op) || isFused(t) ? first : undefined
    if (heir && !known.has(heir)) buffers.set(t, bufferOf(heir))
    for (const i of [t, ...t.inputs]) lastUse.set(bufferOf(i), at)
  })
  for (const t of [...roots, ...order.filter(({ op }) => op === 'Input')]) lastUse.set(bufferOf(t), order.length)
  const ends = new Map<number, Tensor[]>()
  for (const [t, at] of lastUse) ends.set(at, [...(ends.get(at) ?? []), t])
  // Of what is constant, turned kernels say, an engine keeps what something computed at every run reads.
  const read = new Set(order.filter((t) => !known.has(t)).flatMap(({ inputs }) => inputs.filter((i) => known.has(i))))
  const constants = [...read].reduce((sum, t) => sum + bytesOf(t), 0)
  let now = 0
  let peak = 0
  order.forEach((t, at) => {
    const ended = (ends.get(at) ?? []).filter((one) => !known.has(one) && !elsewhere.has(one))
    if (!known.has(t) && !elsewhere.has(t) && bufferOf(t) === t) {
      const heir = IN_PLACE.has(t.op) && t.inputs.find((i) => ended.includes(bufferOf(i)) && bytesOf(i) === bytesOf(t))
      now += bytesOf(t)
      peak = Math.max(peak, heir ? now - bytesOf(t) : now)
    }
    for (const one of ended) now -= bytesOf(one)
  })
  return peak + COPIES * constants
}

function bytesOf({ shape, dtype }: Tensor): number {
  return sizeOf(shape) * (dtype === 'bool' ? 1 : 4)
}
