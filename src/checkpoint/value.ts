/**
 * The inert objects that a pickle becomes. Nothing of the file is called, imported or looked up: a list is an array, a
 * dict a Map, an object the Map of its attributes with its class name beside it, a tensor a handle that can read itself.
 */
import type { ByteSource } from './bytes.ts'
import { type Dtype, dtypeSizes, readFloats } from './dtype.ts'
import { quote } from './errors.ts'

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  /** A list; frozen where it was a tuple. */
  | readonly Value[]
  | ValueMap
  | ReadonlySet<Value>
  | BytesValue
  | GlobalValue
  | ObjectValue
  | StorageValue
  | TensorValue

export type ValueMap = Map<string | number | boolean | null | bigint, Value>

/** A byte string, left in the file. */
export class BytesValue {
  readonly source: ByteSource
  constructor(source: ByteSource) {
    this.source = source
  }
}

/** A name from the list of known globals that was mentioned and not called. */
export class GlobalValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** An instance of a class we know to be harmless: its attributes, and the name of its class. */
export class ObjectValue {
  readonly className: string
  readonly state: ValueMap
  constructor(className: string, state: ValueMap = new Map()) {
    this.className = className
    this.state = state
  }
}

/** The flat numbers behind one or more tensors. The source is a function: legacy files give its place at their end. */
export class StorageValue {
  readonly dtype: Dtype
  readonly count: number
  readonly bytes: () => ByteSource
  constructor(dtype: Dtype, count: number, bytes: () => ByteSource) {
    this.dtype = dtype
    this.count = count
    this.bytes = bytes
  }
}

/** A tensor in a file, whatever the container. */
export interface TensorSource {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Row-major float32. */
  read(): Float32Array
}

export class TensorValue implements TensorSource {
  readonly storage: StorageValue
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]

  constructor(storage: StorageValue, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }

  get dtype(): Dtype {
    return this.storage.dtype
  }

  read(): Float32Array {
    const { storage, shape, strides } = this
    const count = shape.reduce((a, b) => a * b, 1)
    if (count === 0) return new Float32Array(0)
    const at = (index: number) => index * dtypeSizes[storage.dtype]
    if (isContiguous(shape, strides)) return readFloats(storage.bytes(), at(this.offset), storage.dtype, count)
    const span = 1 + shape.reduce((sum, side, axis) => sum + (side - 1) * (strides[axis] ?? 0), 0)
    // A transposed matrix covers its span; a thin slice of a huge storage is read number by number instead.
    if (span <= 4 * count + 1024) {
      const flat = readFloats(storage.bytes(), at(this.offset), storage.dtype, span)
      return gather(shape, strides, count, (index) => flat[index] ?? 0)
    }
    const bytes = storage.bytes()
    return gather(
      shape,
      strides,
      count,
      (index) => readFloats(bytes, at(this.offset + index), storage.dtype, 1)[0] ?? 0,
    )
  }
}

export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis] ?? 1
  }
  return true
}

/** Row-major numbers of a strided view; strides are those of the axes, in elements. */
export function gather(
  shape: readonly number[],
  strides: readonly number[],
  count: number,
  element: (index: number) => number,
): Float32Array {
  const out = new Float32Array(count)
  const index = shape.map(() => 0)
  for (let i = 0, from = 0; i < count; i++) {
    out[i] = element(from)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const next = (index[axis] ?? 0) + 1
      from += stride
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next
        break
      }
      index[axis] = 0
      from -= next * stride
    }
  }
  return out
}

/** What a value is, for messages. */
export function kindOf(value: Value | undefined): string {
  if (value === null || value === undefined) return 'None'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Map) return 'a dict'
  if (value instanceof Set) return 'a set'
  if (value instanceof BytesValue) return 'bytes'
  if (value instanceof GlobalValue) return `the name ${quote(value.name)}`
  if (value instanceof ObjectValue) return `an object of ${quote(value.className)}`
  if (value instanceof TensorValue) return 'a tensor'
  return typeof value === 'object' ? 'a storage' : `a ${typeof value}`
}
