/**
 * A model of ncnn: `name.param`, a text with a layer a line, and `name.bin` beside it, the weights of these layers one behind the other
 * without names. Tensors are called by the number of their layer among those that have weights: `ncnn.0.weight`, `ncnn.0.bias`, and
 * `ncnn.1.slope` for a PReLU. Read are numbers of 32 and of 16 bits; quantised ones are refused.
 */
import { existsSync } from 'node:fs'
import { type ByteSource, fileSource, readBytes } from './bytes.ts'
import { readFloats } from './dtype.ts'
import { CheckpointError, quote } from './errors.ts'
import type { TensorSource } from './value.ts'

const MAGIC = '7767517'
/** Bytes of a .param: a line a layer. */
const MOST_BYTES = 4 << 20
const MOST_LAYERS = 100_000

const HALF = 0x01306b47
const SINGLE = [0, 0x0002c056]

/** Layers that have no weights. */
const WEIGHTLESS = new Set(
  'Input Split Concat Slice ReLU Sigmoid TanH Swish Clip BinaryOp UnaryOp Eltwise Interp PixelShuffle Reorg Pooling Padding Crop Permute Reshape Flatten Squeeze ExpandDims Softmax Noop Packing Cast Dropout Reduction'.split(
    ' ',
  ),
)

/** Whether a file begins as a .param does. */
export function looksLikeNcnn(head: Uint8Array): boolean {
  return /^7767517\s/u.test(Buffer.from(head).toString('latin1'))
}

/** Whether a file begins as the .bin of a model with weights of 16 bits does. */
export function isNcnnWeights(head: Uint8Array): boolean {
  return head.length >= 4 && new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true) === HALF
}

/** The tensors of a pair, of which the .param is given. @throws CheckpointError where the two do not fit */
export function readNcnn(source: ByteSource): { tensors: Map<string, TensorSource>; close(): void } {
  const path = source.name
  const layers = layersOf(source)
  const beside = path.replace(/\.param$/u, '.bin')
  if (beside === path || !existsSync(beside))
    throw new CheckpointError(
      path,
      `expected the weights of this ncnn model beside it, in ${quote(binName(path))}, found no such file`,
    )
  const bin = fileSource(beside)
  try {
    return { tensors: tensorsOf(layers, bin), close: () => bin.close() }
  } catch (error) {
    bin.close()
    throw error
  }
}

const binName = (path: string) =>
  path
    .split(/[/\\]/u)
    .at(-1)!
    .replace(/(?:\.param)?$/u, '.bin')

interface Layer {
  readonly type: string
  readonly name: string
  readonly options: ReadonlyMap<number, number>
}

function layersOf(source: ByteSource): Layer[] {
  const path = source.name
  if (source.size > MOST_BYTES) throw new CheckpointError(path, `expected a .param of at most ${MOST_BYTES} bytes`)
  const lines = Buffer.from(readBytes(source, 0, source.size))
    .toString('utf8')
    .trimEnd()
    .split(/\r?\n/u)
  const [count] = (lines[1] ?? '').trim().split(/\s+/u).map(Number)
  if (lines[0]?.trim() !== MAGIC || count === undefined || !Number.isInteger(count) || count < 1 || count > MOST_LAYERS)
    throw new CheckpointError(path, 'expected the number of its layers in the second line, found none')
  const found = lines.slice(2).filter((line) => line.trim() !== '')
  if (found.length !== count)
    throw new CheckpointError(path, `expected ${count} layers, found ${found.length}; the file is incomplete`)
  return found.map((line) => {
    const [type = '', name = '', ...rest] = line.trim().split(/\s+/u)
    const options = rest.flatMap((word) => {
      const match = /^(\d+)=(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/iu.exec(word)
      return match ? [[Number(match[1]), Number(match[2])] as const] : []
    })
    return { type, name, options: new Map(options) }
  })
}

function tensorsOf(layers: readonly Layer[], bin: ByteSource): Map<string, TensorSource> {
  const tensors = new Map<string, TensorSource>()
  let offset = 0
  let index = 0
  const need = (bytes: number, layer: Layer) => {
    if (offset + bytes > bin.size)
      throw new CheckpointError(
        bin.name,
        `expected at least ${offset + bytes} bytes, up to the layer ${quote(layer.name)}, found ${bin.size}; the file is incomplete, or of another .param`,
      )
  }
  const take = (layer: Layer, part: string, shape: readonly number[], isHalf: boolean) => {
    const count = shape.reduce((a, b) => a * b, 1)
    const bytes = count * (isHalf ? 2 : 4)
    need(bytes, layer)
    const start = offset
    tensors.set(`ncnn.${index}.${part}`, {
      dtype: isHalf ? 'F16' : 'F32',
      shape,
      read: () => readFloats(bin, start, isHalf ? 'F16' : 'F32', count),
    })
    // Halves are filled up to whole words.
    offset += Math.ceil(bytes / 4) * 4
  }
  /** Weights with a word before them that says how they are stored. */
  const takeTagged = (layer: Layer, shape: readonly number[]) => {
    need(4, layer)
    const word = readBytes(bin, offset, 4)
    const tag = new DataView(word.buffer, word.byteOffset, 4).getUint32(0, true)
    if (tag !== HALF && !SINGLE.includes(tag))
      throw new CheckpointError(
        bin.name,
        `layer ${quote(layer.name)}: expected weights of 32 or 16 bits, found quantised ones, or the weights of another .param`,
        offset,
      )
    offset += 4
    take(layer, 'weight', shape, tag === HALF)
  }
  for (const layer of layers) {
    const { type, options } = layer
    const option = (key: number) => options.get(key) ?? 0
    if (WEIGHTLESS.has(type)) continue
    if (type === 'PReLU') take(layer, 'slope', [positive(layer, option(0), bin.name)], false)
    else if (type === 'Convolution' || type === 'ConvolutionDepthWise' || type === 'InnerProduct') {
      const outputs = positive(layer, option(0), bin.name)
      const [w, size] = type === 'InnerProduct' ? [1, option(2)] : [option(1), option(6)]
      const h = type === 'InnerProduct' ? 1 : options.has(11) ? option(11) : w
      const inputs = positive(layer, size / (outputs * w * h), bin.name)
      takeTagged(layer, type === 'InnerProduct' ? [outputs, inputs] : [outputs, inputs, h, w])
      const hasBias = type === 'InnerProduct' ? option(1) : option(5)
      if (hasBias) take(layer, 'bias', [outputs], false)
    } else
      throw new CheckpointError(
        bin.name,
        `expected layers of a convolutional network, found ${quote(type)}, whose weights are not known here`,
      )
    index++
  }
  if (offset !== bin.size)
    throw new CheckpointError(
      bin.name,
      `expected ${offset} bytes by its .param, found ${bin.size}; it is of another .param`,
    )
  return tensors
}

function positive({ name, type }: Layer, value: number, path: string): number {
  if (Number.isInteger(value) && value > 0 && value < 1e9) return value
  throw new CheckpointError(path, `layer ${quote(name)} (${type}): expected sizes that go together, found others`)
}
