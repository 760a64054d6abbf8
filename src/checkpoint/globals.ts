/**
 * The names a weight file may mention, and what each becomes here. This is the whole list: torch's tensors, the
 * containers around them, numpy's scalars, NVIDIA's module wrapper. A name outside it is an error that says the name.
 */
import { memorySource, readBytes } from './bytes.ts'
import { type Dtype, decodeFloats, dtypeSizes } from './dtype.ts'
import { quote } from './errors.ts'
import type { Fail, PickleContext } from './pickle.ts'
import { BytesValue, GlobalValue, ObjectValue, StorageValue, TensorValue, type Value, type ValueMap } from './value.ts'

type Action = (args: readonly Value[], fail: Fail, context: PickleContext) => Value

export interface GlobalHandler {
  /** What `name(args)` (REDUCE) gives; absent where the name may only be mentioned. */
  readonly call?: Action
  /** What `name.__new__(name, args)` (NEWOBJ) gives. */
  readonly create?: Action
  /** For storage classes: the kind of number. */
  readonly dtype?: Dtype
}

const storageDtypes: Readonly<Record<string, Dtype>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
}

const torchDtypes = 'float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool'.split(' ')

const dict: Action = (args, fail) => {
  const out: ValueMap = new Map()
  if (args.length === 0) return out
  const [items] = args
  if (args.length > 1 || !Array.isArray(items)) return fail('a dict made from something else than pairs')
  for (const pair of items as readonly Value[]) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string')
      return fail('a dict made from something else than pairs with text as key')
    if (out.has(pair[0])) return fail(`the key ${quote(pair[0])} is set twice`)
    out.set(pair[0], pair[1] as Value)
  }
  return out
}

const set: Action = (args, fail) => {
  const [items = []] = args
  return Array.isArray(items) ? new Set(items as readonly Value[]) : fail('a set made from something else than a list')
}

/** An object whose attributes come with BUILD. */
const object =
  (className: string): Action =>
  (args, fail) =>
    args.length === 0 ? new ObjectValue(className) : fail(`${className} with arguments`)

const size: Action = (args, fail) => {
  const [sides] = args
  return Array.isArray(sides) ? Object.freeze([...(sides as readonly Value[])]) : fail('torch.Size of no list')
}

const device: Action = (args, fail) => {
  const [name, index] = args
  if (typeof name !== 'string') return fail('torch.device without a name')
  return typeof index === 'number' ? `${name}:${index}` : name
}

const rebuildTensor: Action = (args, fail, { limits }) => {
  const [storage, offset, shape, strides] = args
  if (!(storage instanceof StorageValue)) return fail('a tensor without a storage')
  const isCounts = (list: Value | undefined): list is readonly number[] =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
  if (!isCounts(shape) || !isCounts(strides) || shape.length !== strides.length || shape.length > limits.rank)
    return fail('a tensor whose shape and strides are not two equally long lists of whole numbers')
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0)
    return fail('a tensor whose place in its storage is not a whole number')
  const count = shape.reduce((a, b) => a * b, 1)
  const last = shape.reduce((sum, side, axis) => sum + (side - 1) * (strides[axis] ?? 0), offset)
  const text = `a tensor [${shape.join(', ')}] with strides [${strides.join(', ')}] from ${offset}`
  if (!Number.isSafeInteger(count) || (count > 0 && !(last < storage.count)))
    return fail(`${text} does not fit in its storage of ${storage.count} numbers`)
  if (count > storage.count && count > limits.expanded)
    return fail(`${text} repeats its ${storage.count} numbers ${count} times`)
  return new TensorValue(storage, offset, [...shape], [...strides])
}

const rebuildParameter: Action = (args, fail) => {
  const [tensor] = args
  return tensor instanceof TensorValue ? tensor : fail('a parameter that is no tensor')
}

const loadFromBytes: Action = (args, fail, context) => {
  const [bytes] = args
  if (!(bytes instanceof BytesValue)) return fail('a nested torch file that is not bytes')
  if (context.nested === undefined) return fail('a torch file inside a torch file')
  return context.nested(bytes, fail)
}

/** torch_utils.persistence: (type, version, module_src, class_name, state). The source text is data like any other. */
const persistentObject: Action = (args, fail) => {
  const [meta] = args
  if (!(meta instanceof Map)) return fail('a persistent object without its description')
  const className = meta.get('class_name')
  const state = meta.get('state')
  if (meta.get('type') !== 'class' || typeof className !== 'string' || !(state instanceof Map))
    return fail('a persistent object without class name and state')
  return new ObjectValue(`persistent.${className}`, state)
}

/** Protocol 2 writes bytes as _codecs.encode(text, 'latin1'). */
const encode: Action = (args, fail) => {
  const [text, encoding] = args
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1'))
    return fail('_codecs.encode of anything but latin1 text')
  return new BytesValue(memorySource(Buffer.from(text, 'latin1')))
}

const numpyDtype: Action = (args, fail) => {
  const [code] = args
  if (typeof code !== 'string') return fail('a numpy dtype without a name')
  return new ObjectValue('numpy.dtype', new Map<string, Value>([['code', code]]))
}

const numpyScalar: Action = (args, fail) => {
  const [dtype, bytes] = args
  const code = dtype instanceof ObjectValue ? dtype.state.get('code') : undefined
  const known: Readonly<Record<string, Dtype>> = {
    f8: 'F64',
    f4: 'F32',
    f2: 'F16',
    i8: 'I64',
    i4: 'I32',
    i2: 'I16',
    i1: 'I8',
    u8: 'U64',
    u4: 'U32',
    u2: 'U16',
    u1: 'U8',
    b1: 'BOOL',
  }
  const kind = typeof code === 'string' && Object.hasOwn(known, code) ? known[code] : undefined
  if (kind === undefined || !(bytes instanceof BytesValue) || bytes.source.size !== dtypeSizes[kind])
    return fail('a numpy scalar that is no number')
  const raw = readBytes(bytes.source, 0, bytes.source.size)
  if (kind === 'F64') return new DataView(raw.buffer).getFloat64(0, true)
  const out = new Float32Array(1)
  decodeFloats(raw, kind, out)
  return out[0] ?? 0
}

/** numpy arrays are kept as an object with their state; nothing of a network is stored in one. */
const numpyArray: Action = () => new ObjectValue('numpy.ndarray')

export const globals: ReadonlyMap<string, GlobalHandler> = new Map<string, GlobalHandler>([
  ['collections.OrderedDict', { call: dict, create: dict }],
  ['dnnlib.util.EasyDict', { call: dict, create: dict }],
  ['dnnlib.EasyDict', { call: dict, create: dict }],
  ['argparse.Namespace', { call: object('argparse.Namespace'), create: object('argparse.Namespace') }],
  ['builtins.set', { call: set }],
  ['__builtin__.set', { call: set }],
  ['_codecs.encode', { call: encode }],
  ['torch._utils._rebuild_tensor', { call: rebuildTensor }],
  ['torch._utils._rebuild_tensor_v2', { call: rebuildTensor }],
  ['torch._utils._rebuild_parameter', { call: rebuildParameter }],
  ['torch._utils._rebuild_parameter_with_state', { call: rebuildParameter }],
  ['torch.storage._load_from_bytes', { call: loadFromBytes }],
  ['torch.Size', { call: size, create: size }],
  ['torch.device', { call: device }],
  ['torch_utils.persistence._reconstruct_persistent_obj', { call: persistentObject }],
  ['numpy.dtype', { call: numpyDtype }],
  ['numpy.ndarray', {}],
  ...['numpy.core.multiarray', 'numpy._core.multiarray'].flatMap((module): [string, GlobalHandler][] => [
    [`${module}.scalar`, { call: numpyScalar }],
    [`${module}._reconstruct`, { call: numpyArray }],
  ]),
  ...torchDtypes.map((name): [string, GlobalHandler] => [`torch.${name}`, {}]),
  ...Object.entries(storageDtypes).flatMap(([name, dtype]): [string, GlobalHandler][] => [
    [`torch.${name}`, { dtype }],
    [`torch.cuda.${name}`, { dtype }],
  ]),
])

/** What to do about names that people meet in honest files. */
export function hintFor(name: string): string {
  if (name.startsWith('dnnlib.tflib'))
    return 'this is a TensorFlow pickle: convert it with legacy.py of stylegan2-ada-pytorch and import the result'
  if (/^(torch\.nn\.|torchvision\.)/.test(name))
    return 'a whole module was saved: load it where it was made, torch.save(model.state_dict(), file), and import that'
  return 'nothing was run; if you trust the file, save its state_dict alone where it was made and import that'
}

/** The kind of number of a storage class mentioned in a persistent id. */
export function storageDtype(value: Value | undefined, fail: Fail): Dtype {
  const dtype = value instanceof GlobalValue ? globals.get(value.name)?.dtype : undefined
  return dtype ?? fail('a storage of an unknown kind')
}
