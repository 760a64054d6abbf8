// Writes a graph as an ONNX model (https://onnx.ai/onnx/repo-docs/IR.html). The graph's vocabulary is ONNX's own, so
// each node becomes one NodeProto; the only translation is that sizes, axes and pads, which are attributes here, are
// constant inputs there. Field numbers are those of onnx.proto3.

import { Writer } from 'protobufjs/minimal.js'
import { floatToHalf } from '../numbers/half.ts'
import { ancestors } from './gradients.ts'
import type { Attribute, ConstantData, DType, Tensor } from './tensor.ts'

const opset = 18
const irVersion = 9
const elementTypes: Record<DType, number> = { float32: 1, int32: 6, bool: 9 }

/** Attributes that ONNX takes as constant int64 inputs, in the order of those inputs. */
const attributesAsInputs: Record<string, readonly string[]> = {
  Reshape: ['shape'],
  Expand: ['shape'],
  Slice: ['starts', 'ends', 'axes', 'steps'],
  Pad: ['pads', 'value'],
  ReduceSum: ['axes'],
  ReduceMean: ['axes'],
  ReduceMax: ['axes'],
  // The second input of a Resize is a region of interest, which nobody wants: an empty name leaves it out.
  Resize: ['', 'scales'],
}

/** Attributes whose numbers are float32 when they become inputs. */
const floatInputs = new Set(['scales'])

/** Attributes that are floats to ONNX; all other numbers are integers. */
const floatAttributes = new Set(['alpha'])

export interface OnnxModel {
  /** Names of the outputs, in order, with the tensors they stand for. */
  outputs: Readonly<Record<string, Tensor>>
  /** Shown by viewers. */
  name?: string
  /** Free key/value pairs stored in the model. */
  metadata?: Readonly<Record<string, string>>
  /** Weights and activations in 16 bits; inputs and outputs stay what they are. */
  half?: boolean
}

/** ONNX's number of float16. */
const HALF = 10

/** The model's bytes: weights inside, inputs and outputs named, every node named after where it was built. */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const { half = false } = model
  const order = ancestors(Object.values(model.outputs))
  const names = nameTensors(order)
  const writer = new Writer()
  writer.uint32(8).int64(irVersion)
  writer.uint32(18).string('rephoto')
  writer.uint32(58).fork()
  const constants = new Map<string, string>()
  const initializers: Array<() => void> = []
  const smallInts = (values: readonly number[]): string => {
    const key = values.join('_')
    const known = constants.get(key)
    if (known !== undefined) return known
    const name = `int_${key}`.slice(0, 60) + (key.length > 56 ? `_${constants.size}` : '')
    constants.set(key, name)
    initializers.push(() => writeTensor(writer, name, 7, [values.length], bytesOf(BigInt64Array.from(values, BigInt))))
    return name
  }

  const smallFloats = (values: readonly number[], shape: readonly number[]): string => {
    // A single one is of the type of what it goes with; a list, of a Resize, is of 32 bits whatever that is.
    const isHalf = half && shape.length === 0
    const name = `float${shape.length}_${values.join('_')}`
    if (!constants.has(name)) {
      constants.set(name, name)
      const bytes = isHalf ? halves : (data: readonly number[]) => bytesOf(Float32Array.from(data))
      initializers.push(() => writeTensor(writer, name, isHalf ? HALF : 1, shape, bytes(values)))
    }
    return name
  }

  const inputNames = order.filter(({ op }) => op === 'Input').map((t) => [names.get(t)!, t] as const)
  // What is computed reads an input's 16-bit form.
  if (half)
    for (const [name, t] of inputNames)
      if (t.dtype === 'float32') {
        names.set(t, `${name}/half`)
        writeCast(writer, name, `${name}/half`, HALF)
      }
  for (const t of order) {
    if (t.op === 'Input') continue
    if (t.op === 'Constant') {
      const [type, values] = half ? [HALF, halves] : [1, (data: ConstantData) => bytesOf(Float32Array.from(data))]
      initializers.push(() => writeTensor(writer, names.get(t)!, type, t.shape, values(t.read!())))
      continue
    }
    const isCast = half && t.op === 'Cast' && t.dtype === 'float32'
    writeNode(writer, isCast ? { ...t, attributes: { to: HALF } } : t, names, smallInts, smallFloats, names.get(t)!)
  }
  for (const [name, t] of Object.entries(model.outputs)) {
    if (half && t.dtype === 'float32') {
      writeCast(writer, names.get(t)!, name, elementTypes.float32)
      continue
    }
    if (names.get(t) === name) continue
    writer.uint32(10).fork()
    writer.uint32(10).string(names.get(t)!).uint32(18).string(name).uint32(26).string(`output/${name}`)
    writer.uint32(34).string('Identity').ldelim()
  }
  writer.uint32(18).string(model.name ?? 'rephoto')
  for (const write of initializers) write()
  for (const [name, t] of inputNames) writeValueInfo(writer, 90, name, t)
  for (const [name, t] of Object.entries(model.outputs)) writeValueInfo(writer, 98, name, t)
  writer.ldelim()
  writer.uint32(66).fork().uint32(10).string('').uint32(16).int64(opset).ldelim()
  for (const [key, value] of Object.entries(model.metadata ?? {}))
    writer.uint32(114).fork().uint32(10).string(key).uint32(18).string(value).ldelim()
  return writer.finish()
}

/** Inputs and weights keep their names; everything else is called after its scope, op and place in the model. */
function nameTensors(order: readonly Tensor[]): Map<Tensor, string> {
  const names = new Map<Tensor, string>()
  const taken = new Set<string>()
  order.forEach((t, i) => {
    const wanted = t.name ?? `${t.scope ? `${t.scope}/` : ''}${t.op}_${i}`
    if (t.op === 'Input' && taken.has(wanted)) throw new Error(`two inputs of the model are called "${wanted}"`)
    const name = taken.has(wanted) ? `${wanted}#${i}` : wanted
    taken.add(name)
    names.set(t, name)
  })
  return names
}

function writeNode(
  writer: Writer,
  t: Tensor,
  names: Map<Tensor, string>,
  smallInts: (values: readonly number[]) => string,
  smallFloat: (values: readonly number[], shape: readonly number[]) => string,
  name: string,
): void {
  writer.uint32(10).fork()
  for (const i of t.inputs) writer.uint32(10).string(names.get(i)!)
  const asInputs = attributesAsInputs[t.op] ?? []
  const attributes: Record<string, Attribute> =
    t.op === 'Slice' ? { ...t.attributes, axes: t.shape.map((_, i) => i) } : t.attributes
  for (const key of asInputs) {
    const value = attributes[key]
    writer.uint32(10)
    if (value === undefined) writer.string('')
    else if (typeof value === 'number') writer.string(smallFloat([value], []))
    else if (floatInputs.has(key)) writer.string(smallFloat(value as readonly number[], [value.length]))
    else writer.string(smallInts(value as readonly number[]))
  }
  writer.uint32(18).string(name).uint32(26).string(name).uint32(34).string(t.op)
  for (const [key, value] of Object.entries(attributes)) if (!asInputs.includes(key)) writeAttribute(writer, key, value)
  writer.ldelim()
}

function writeCast(writer: Writer, from: string, to: string, type: number): void {
  writer.uint32(10).fork().uint32(10).string(from).uint32(18).string(to).uint32(26).string(`cast/${to}`)
  writer.uint32(34).string('Cast')
  writeAttribute(writer, 'to', type)
  writer.ldelim()
}

function halves(values: ArrayLike<number>): Uint8Array {
  const bits = Uint16Array.from(values, floatToHalf)
  return new Uint8Array(bits.buffer)
}

function writeAttribute(writer: Writer, key: string, value: Attribute): void {
  writer.uint32(42).fork().uint32(10).string(key)
  if (typeof value === 'string') writer.uint32(34).bytes(Buffer.from(value)).uint32(160).int32(3)
  else if (typeof value !== 'number') {
    for (const v of value) writer.uint32(64).int64(v)
    writer.uint32(160).int32(7)
  } else if (floatAttributes.has(key)) writer.uint32(21).float(value).uint32(160).int32(1)
  else writer.uint32(24).int64(value).uint32(160).int32(2)
  writer.ldelim()
}

function writeTensor(writer: Writer, name: string, type: number, shape: readonly number[], raw: Uint8Array): void {
  writer.uint32(42).fork()
  for (const side of shape) writer.uint32(8).int64(side)
  writer.uint32(16).int32(type).uint32(66).string(name).uint32(74).bytes(raw).ldelim()
}

function writeValueInfo(writer: Writer, field: number, name: string, t: Tensor): void {
  writer.uint32(field).fork().uint32(10).string(name)
  writer.uint32(18).fork().uint32(10).fork().uint32(8).int32(elementTypes[t.dtype]).uint32(18).fork()
  for (const side of t.shape) writer.uint32(10).fork().uint32(8).int64(side).ldelim()
  writer.ldelim().ldelim().ldelim().ldelim()
}

/** Little-endian, as ONNX asks for and as every machine that Node runs on stores numbers. */
function bytesOf(array: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
