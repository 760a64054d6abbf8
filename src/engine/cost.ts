// What a program asks of a machine, read off its graph before anything is compiled: arithmetic, numbers that pass through memory,
// and the most that must be in memory at once.

import { countFlops } from '../graph/flops.ts'
import { ancestors } from '../graph/gradients.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { layoutOf } from './program.ts'
import type { Program } from './contract.ts'

/** Of one run of a program. */
export interface ProgramCost {
  /** Floating-point operations of convolutions and matrix products. */
  readonly flops: number
  /** Bytes that the other operations read and write. */
  readonly moved: number
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

export function programCost(program: Program): ProgramCost {
  const { roots, held } = layoutOf(program)
  const order = ancestors(roots)
  const known = constantTensors(order)
  const states = held.reduce((sum, { current, next }) => sum + bytesOf(current) * (next ? SETS : 1), 0)
  return { flops: countFlops(roots), moved: movedBytes(order, known), held: states + peakBytes(order, roots, known) }
}

/** Tensors that no input has a part in: an engine works them out when it loads the model. */
export function constantTensors(order: readonly Tensor[]): Set<Tensor> {
  const known = new Set<Tensor>()
  for (const t of order)
    if (t.op === 'Constant' || (t.inputs.length > 0 && t.inputs.every((i) => known.has(i)))) known.add(t)
  return known
}

function movedBytes(order: readonly Tensor[], known: ReadonlySet<Tensor>): number {
  let bytes = 0
  for (const t of order) {
    if (known.has(t) || t.op === 'Input' || RENAMING.has(t.op) || HEAVY.has(t.op) || isFused(t)) continue
    bytes += bytesOf(t) + t.inputs.reduce((sum, i) => sum + bytesOf(i), 0)
  }
  return bytes
}

/** Computed along with the convolution in front of it. */
function isFused({ op, inputs }: Tensor): boolean {
  return op === 'Relu' && inputs[0]!.op === 'Conv'
}

/** The most bytes of results at once, in the order in which they are made, and of what is constant. */
function peakBytes(order: readonly Tensor[], roots: readonly Tensor[], known: ReadonlySet<Tensor>): number {
  const lastUse = new Map<Tensor, number>()
  const buffers = new Map<Tensor, Tensor>()
  // A tensor that only renames another, or takes its place, lives in the other's buffer.
  const bufferOf = (t: Tensor): Tensor => buffers.get(t) ?? t
  const uses = new Map<Tensor, number>()
  for (const t of order) for (const i of t.inputs) uses.set(i, (uses.get(i) ?? 0) + 1)
  order.forEach((t, at) => {
    if (known.has(t)) return
    const [first] = t.inputs
    const heir = RENAMING.has(t.op) || isFused(t) ? first : undefined
    if (heir && !known.has(heir)) buffers.set(t, bufferOf(heir))
    for (const i of [t, ...t.inputs]) lastUse.set(bufferOf(i), at)
  })
  for (const t of roots) lastUse.set(bufferOf(t), order.length)
  const ends = new Map<number, Tensor[]>()
  for (const [t, at] of lastUse) ends.set(at, [...(ends.get(at) ?? []), t])
  let constants = 0
  for (const t of order)
    if (known.has(t) && t.op !== 'Constant' ? isReadBeyond(t, order, known) : t.op === 'Constant')
      constants += bytesOf(t)
  let now = 0
  let peak = 0
  order.forEach((t, at) => {
    const ended = (ends.get(at) ?? []).filter((one) => !known.has(one))
    if (!known.has(t) && bufferOf(t) === t) {
      const heir = IN_PLACE.has(t.op) && t.inputs.find((i) => ended.includes(bufferOf(i)) && bytesOf(i) === bytesOf(t))
      now += bytesOf(t)
      peak = Math.max(peak, heir ? now - bytesOf(t) : now)
    }
    for (const one of ended) now -= bytesOf(one)
  })
  return peak + COPIES * constants
}

/** Whether something computed at every run reads it; turned kernels, say. */
function isReadBeyond(t: Tensor, order: readonly Tensor[], known: ReadonlySet<Tensor>): boolean {
  return order.some((reader) => !known.has(reader) && reader.inputs.includes(t))
}

function bytesOf({ shape, dtype }: Tensor): number {
  return sizeOf(shape) * (dtype === 'bool' ? 1 : 4)
}
