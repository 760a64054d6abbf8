// A symbolic tensor: one node of an immutable, acyclic graph. It names an operation of a small subset of ONNX, its
// operands and its shape, and carries its own gradient rule, so that an op, its shapes and its transpose stand in one
// place (the idea is JAX's; the vocabulary is ONNX's, so that writing a model is a plain walk).

import { type Shape, ShapeError, showShape, sizeOf } from './shape.ts'

export type DType = 'float32' | 'int32' | 'bool'

/** Numbers of a constant. float64 data is kept as it is for the float64 executor and rounded when a model is written. */
export type ConstantData = Float32Array | Float64Array

export type Attribute = number | string | readonly number[]

/** Gradient rule: from the output and its cotangent to that of each input (or cause); undefined where none flows. */
export type GradientRule = (dy: Tensor, y: Tensor) => readonly (Tensor | undefined)[]

export interface Tensor {
  /** Unique, and larger than the id of every operand: sorting by id is a topological order. */
  readonly id: number
  readonly op: string
  readonly inputs: readonly Tensor[]
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly shape: Shape
  readonly dtype: DType
  /** Where in the model it was made, such as "generator/convs.3"; only for people who read the model. */
  readonly scope: string
  /** Inputs and weights have a name; others may. */
  readonly name?: string
  /** Constants only; read when the graph is executed or written, so that weights stay on disk until then. */
  readonly read?: () => ConstantData
  readonly gradient?: GradientRule
  /** What the gradient rule speaks of where that is not the inputs (custom-gradient.ts). */
  readonly causes?: readonly Tensor[]
}

let nextId = 0
const scopes: string[] = []

/** Everything built inside `build` is filed under `name` (nested scopes are joined by "/"). */
export function scope<T>(name: string, build: () => T): T {
  scopes.push(name)
  try {
    return build()
  } finally {
    scopes.pop()
  }
}

export interface NodeSpec {
  op: string
  inputs: readonly Tensor[]
  shape: Shape
  dtype?: DType
  attributes?: Record<string, Attribute>
  name?: string
  read?: () => ConstantData
  gradient?: GradientRule
  causes?: readonly Tensor[]
}

/** The only place where tensors are made. */
export function node(spec: NodeSpec): Tensor {
  const bad = spec.shape.find((side) => !Number.isInteger(side) || side < 1)
  if (bad !== undefined)
    throw new ShapeError(
      `${spec.op}: the result of ${spec.inputs.map((t) => showShape(t.shape)).join(', ')} would have the shape ${showShape(spec.shape)}`,
    )
  return {
    id: nextId++,
    op: spec.op,
    inputs: spec.inputs,
    attributes: spec.attributes ?? {},
    shape: spec.shape,
    dtype: spec.dtype ?? 'float32',
    scope: scopes.join('/'),
    ...(spec.name !== undefined && { name: spec.name }),
    ...(spec.read && { read: spec.read }),
    ...(spec.gradient && { gradient: spec.gradient }),
    ...(spec.causes && { causes: spec.causes }),
  }
}

/** A value that is given at every execution. Names are unique within a model. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return node({ op: 'Input', inputs: [], shape, dtype, name })
}

/** A tensor of known numbers, given as an array or as a function that is called when they are needed. */
export function constant(
  data: ConstantData | readonly number[] | (() => ConstantData),
  shape: Shape,
  name?: string,
): Tensor {
  if (typeof data === 'function') return node({ op: 'Constant', inputs: [], shape, read: data, ...(name && { name }) })
  const array = data instanceof Float32Array || data instanceof Float64Array ? data : Float64Array.from(data)
  if (array.length !== sizeOf(shape))
    throw new ShapeError(`Constant: ${array.length} numbers do not fill the shape ${showShape(shape)}`)
  return node({ op: 'Constant', inputs: [], shape, read: () => array, ...(name && { name }) })
}

/** A number as a constant of shape []. */
export function scalar(value: number): Tensor {
  return constant([value], [])
}

/** Numbers stand for scalars wherever an op takes a tensor. */
export type Operand = Tensor | number

/** An operand as a tensor. */
export function toTensor(x: Operand): Tensor {
  return typeof x === 'number' ? scalar(x) : x
}
