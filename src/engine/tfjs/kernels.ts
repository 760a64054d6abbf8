// Each op of the graph in ops of TensorFlow.js. The graph speaks ONNX: pictures are [N, C, H, W] and kernels
// [O, I, h, w]; TensorFlow.js convolves [N, H, W, C] with [h, w, I, O] on every backend, so convolutions and pools turn
// their operands and back. Convolutions are in conv.ts.

import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { EngineError } from '../values.ts'
import { conv, convTranspose } from './conv.ts'
import { ints, toChannelsFirst, toChannelsLast } from './shapes.ts'
import type { TensorFlow } from './wasm.ts'

/** Makes a tensor of its own, never one of its operands; whatever else it makes is tidied up by the caller. */
export type Kernel = (tf: TensorFlow, t: Tensor, inputs: readonly TfTensor[]) => TfTensor

type Unary = (x: TfTensor) => TfTensor
type Binary = (a: TfTensor, b: TfTensor) => TfTensor

const unary =
  (of: (tf: TensorFlow) => Unary): Kernel =>
  (tf, _, [x]) =>
    of(tf)(x!)

const binary =
  (of: (tf: TensorFlow) => Binary): Kernel =>
  (tf, _, [a, b]) =>
    of(tf)(a!, b!)

// Axis by axis, the last one first: the plain and the WebAssembly backend add one number after the other, and over the
// millions of a feature map float32 loses the fourth digit.
const reduction =
  (of: (tf: TensorFlow) => (x: TfTensor, axes: number[], keep: boolean) => TfTensor): Kernel =>
  (tf, t, [x]) => {
    const axes = ints(t, 'axes').sort((a, b) => b - a)
    const reduced = axes.reduce((part, axis) => of(tf)(part, [axis], true), x!)
    return tf.reshape(reduced, [...t.shape])
  }

const reshaped: Kernel = (tf, t, [x]) => tf.reshape(x!, [...t.shape])

const maxPool: Kernel = (tf, t, [x]) => {
  const [top, left, bottom, right] = t.attributes.pads === undefined ? [0, 0, 0, 0] : ints(t, 'pads')
  // What lies outside never wins.
  const around: [number, number][] = [
    [0, 0],
    [top!, bottom!],
    [left!, right!],
    [0, 0],
  ]
  const last = toChannelsLast(tf, x!)
  const padded = top! + left! + bottom! + right! > 0 ? tf.pad(last, around, Number.NEGATIVE_INFINITY) : last
  const pooled = tf.maxPool(
    padded,
    ints(t, 'kernel_shape') as [number, number],
    ints(t, 'strides') as [number, number],
    'valid',
  )
  return toChannelsFirst(tf, pooled)
}

const averagePool: Kernel = (tf, t, [x]) =>
  toChannelsFirst(
    tf,
    tf.avgPool(
      toChannelsLast(tf, x!),
      ints(t, 'kernel_shape') as [number, number],
      ints(t, 'strides') as [number, number],
      'valid',
    ),
  )

/** Nearest neighbours by a whole factor: every pixel becomes a cell. */
const enlarge: Kernel = (tf, t, [x]) => {
  const [n, c, h, w] = x!.shape as [number, number, number, number]
  const [, , rows, columns] = ints(t, 'scales') as [number, number, number, number]
  const cells = tf.tile(tf.reshape(x!, [n * c * h, 1, w, 1]), [1, rows, 1, columns])
  return tf.reshape(cells, [...t.shape])
}

const slice: Kernel = (tf, t, [x]) => {
  const steps = ints(t, 'steps')
  const reversed = steps.flatMap((step, axis) => (step === -1 ? [axis] : []))
  if (steps.some((step) => Math.abs(step) !== 1) || reversed.some((axis) => t.shape[axis] !== x!.shape[axis]))
    throw new EngineError(`Slice: TensorFlow.js takes whole reversals and steps of 1, found steps ${steps.join(', ')}`)
  if (reversed.length > 0) return tf.reverse(x!, reversed)
  return tf.slice(x!, ints(t, 'starts'), [...t.shape])
}

const pad: Kernel = (tf, t, [x]) => {
  const pads = ints(t, 'pads')
  const rank = t.shape.length
  const around = t.shape.map((_, i): [number, number] => [pads[i]!, pads[rank + i]!])
  return tf.pad(x!, around, t.attributes.value as number)
}

const expand: Kernel = (tf, t, [x]) => {
  const full = [...new Array<number>(t.shape.length - x!.rank).fill(1), ...x!.shape]
  // Merged axes: backends tile up to five or six of them, and the graph expands more.
  const { from, repeats } = merged(full, t.shape)
  return tf.reshape(tf.tile(tf.reshape(x!, from), repeats), [...t.shape])
}

/** Neighbouring axes that are both repeated or both kept count as one. */
function merged(from: Shape, to: Shape): { from: number[]; repeats: number[] } {
  const sides: number[] = []
  const repeats: number[] = []
  from.forEach((side, i) => {
    const times = to[i]! / side
    const before = repeats.length - 1
    const kept = times === 1
    if (
      before >= 0 &&
      ((kept && repeats[before] === 1) || (side === 1 && sides[before] === 1 && !kept && repeats[before]! > 1))
    ) {
      sides[before]! *= side
      repeats[before]! *= times
    } else {
      sides.push(side)
      repeats.push(times)
    }
  })
  return sides.length > 0 ? { from: sides, repeats } : { from: [1], repeats: [1] }
}

/** Out of the flattened operand: its rows are `stride` apart, and all other axes keep their places. */
const gatherElements: Kernel = (tf, t, [x, indices]) => {
  const axis = t.attributes.axis as number
  const stride = sizeOf(x!.shape.slice(axis + 1))
  const run = stride * x!.shape[axis]!
  const outer = sizeOf(x!.shape.slice(0, axis))
  const rows = tf.reshape(indices!, [outer, t.shape[axis]!, stride])
  const places = tf.add(
    tf.mul(rows, tf.scalar(stride, 'int32')),
    tf.add(
      tf.reshape(tf.range(0, outer * run, run, 'int32'), [outer, 1, 1]),
      tf.reshape(tf.range(0, stride, 1, 'int32'), [1, 1, stride]),
    ),
  )
  return tf.reshape(tf.gather(tf.reshape(x!, [-1]), tf.reshape(places, [-1])), [...t.shape])
}

/** The graph scatters whole slices, its indices spread over them; one index of each slice says where it goes. */
const scatterAdd: Kernel = (tf, t, [base, spread, updates]) => {
  const axis = t.attributes.axis as number
  const count = updates!.shape[axis]!
  const alone = updates!.shape.map((_, i) => (i === axis ? count : 1))
  const indices = tf.reshape(
    tf.slice(
      spread!,
      alone.map(() => 0),
      alone,
    ),
    [count, 1],
  )
  const front = [axis, ...t.shape.map((_, i) => i).filter((i) => i !== axis)]
  const inner = sizeOf(t.shape) / t.shape[axis]!
  const rows = tf.reshape(tf.transpose(updates!, front), [count, inner])
  const summed = tf.scatterND(indices, rows, [t.shape[axis]!, inner])
  const shape = front.map((i) => t.shape[i]!)
  const back = front.map((_, i) => front.indexOf(i))
  return tf.add(base!, tf.transpose(tf.reshape(summed, shape), back))
}

export const kernels: Readonly<Record<string, Kernel>> = {
  Add: binary((tf) => tf.add),
  Sub: binary((tf) => tf.sub),
  Mul: binary((tf) => tf.mul),
  Div: binary((tf) => tf.div),
  Pow: binary((tf) => tf.pow),
  Max: binary((tf) => tf.maximum),
  Min: binary((tf) => tf.minimum),
  Neg: unary((tf) => tf.neg),
  Exp: unary((tf) => tf.exp),
  Log: unary((tf) => tf.log),
  Sqrt: unary((tf) => tf.sqrt),
  Abs: unary((tf) => tf.abs),
  Sigmoid: unary((tf) => tf.sigmoid),
  Tanh: unary((tf) => tf.tanh),
  Relu: unary((tf) => tf.relu),
  LeakyRelu: (tf, t, [x]) => tf.leakyRelu(x!, t.attributes.alpha as number),
  Greater: binary((tf) => tf.greater),
  GreaterOrEqual: binary((tf) => tf.greaterEqual),
  Equal: binary((tf) => tf.equal),
  Where: (tf, _, [condition, yes, no]) => tf.where(condition!, yes!, no!),
  Identity: (tf, _, [x]) => tf.clone(x!),
  Cast: (tf, t, [x]) => tf.cast(x!, t.dtype),
  Reshape: reshaped,
  ReduceSum: reduction((tf) => tf.sum),
  ReduceMean: reduction((tf) => tf.mean),
  ReduceMax: reduction((tf) => tf.max),
  Softmax: (tf, _, [x]) => tf.softmax(x!, -1),
  MatMul: binary((tf) => tf.matMul),
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  AveragePool: averagePool,
  Concat: (tf, t, inputs) => tf.concat([...inputs], t.attributes.axis as number),
  Transpose: (tf, t, [x]) => tf.transpose(x!, ints(t, 'perm')),
  Expand: expand,
  Slice: slice,
  Pad: pad,
  Resize: enlarge,
  Gather: (tf, t, [x, indices]) => tf.gather(x!, indices!, t.attributes.axis as number),
  GatherElements: gatherElements,
  ScatterElements: scatterAdd,
}
