/**
 * Any weight file by what is in it, never by its name: safetensors, PyTorch zip or legacy, NVIDIA's pickle, NumPy, the
 * model.json of a TensorFlow.js model, a TensorFlow Lite model, the manifest.json of raw variables, the .param of an ncnn pair,
 * MXNet's .params.
 * Gives the tree of values (for recognising what it is) and the flat store (for reading it).
 */
import { type ByteSource, fileSource, readBytes } from './bytes.ts'
import { CheckpointError, quote } from './errors.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { looksLikeMxnet, readMxnet } from './mxnet.ts'
import { isNcnnWeights, looksLikeNcnn, readNcnn } from './ncnn.ts'
import { looksLikeNpy, parseNpy } from './npy.ts'
import { looksLikeSafetensors, readSafetensors } from './safetensors.ts'
import { memoryStore, type WeightStore } from './store.ts'
import { jsonOf, readTfjsLayers } from './tfjs-layers.ts'
import { looksLikeTflite, readTflite } from './tflite.ts'
import { readTorch, type TorchFile } from './torch.ts'
import type { TensorSource, Value } from './value.ts'
import { variablesOf } from './variables.ts'
import { looksLikeZip } from './zip.ts'

export interface Checkpoint extends WeightStore {
  readonly path: string
  readonly container:
    | 'safetensors'
    | 'npy'
    | 'tfjs'
    | 'tflite'
    | 'variables'
    | 'ncnn'
    | 'mxnet'
    | TorchFile['container']
  /** The object tree of a pickle; undefined for files that are only named tensors. */
  readonly root: Value | undefined
  /** Text that a safetensors file carries. */
  readonly metadata: Readonly<Record<string, string>>
  tensor(key: string): TensorSource
  /** Compares the checksums that the file itself carries. */
  verify(): void
  close(): void
}

export function openCheckpoint(path: string, limits: Limits = defaultLimits): Checkpoint {
  const source = fileSource(path)
  try {
    return readCheckpoint(source, limits)
  } catch (error) {
    source.close()
    throw error
  }
}

export function readCheckpoint(source: ByteSource, limits: Limits = defaultLimits): Checkpoint {
  const head = readBytes(source, 0, Math.min(16, source.size))
  const path = source.name
  if (looksLikeNpy(head)) {
    const { shape, data, dtype } = parseNpy(source)
    const store = memoryStore({ array: { shape, data } }, path)
    const tensor = (key: string) => ({ dtype, shape: store.shape(key), read: () => store.read(key) })
    return {
      ...store,
      path,
      container: 'npy',
      root: undefined,
      metadata: {},
      tensor,
      verify() {},
      close: () => source.close(),
    }
  }
  // Before pickles: a header of 128 bytes begins with 0x80 as they do, but no pickle is also a plausible header.
  if (looksLikeSafetensors(head, source.size)) {
    const file = readSafetensors(source)
    const tensor = (key: string) => ({ ...file.info(key), read: () => file.read(key) })
    return { ...file, path, container: 'safetensors', root: undefined, tensor, verify() {} }
  }
  if (head[0] === 0x80 || looksLikeZip(head)) return { ...readTorch(source, limits), path, metadata: {} }
  if (head[0] === 0x7b) {
    const document = jsonOf(source)
    const tensors = readTfjsLayers(source, document)
    if (tensors) return namedTensors(tensors, source, 'tfjs')
    const variables = variablesOf(document, source)
    if (variables) return namedTensors(variables, source, 'variables')
  }
  if (looksLikeTflite(head)) return namedTensors(readTflite(source), source, 'tflite')
  if (looksLikeNcnn(head)) {
    const pair = readNcnn(source)
    const close = () => {
      pair.close()
      source.close()
    }
    const store = tensorStore(pair.tensors, path)
    return { ...store, path, container: 'ncnn', root: undefined, metadata: {}, verify() {}, close }
  }
  if (looksLikeMxnet(head)) return namedTensors(readMxnet(source), source, 'mxnet')
  throw new CheckpointError(path, `not a weight file: ${guess(head)}`, source.base, expected)
}

const expected =
  'safetensors, a PyTorch .pt/.pth file, an NVIDIA .pkl, a .npy file, a .tflite, the model.json of a TensorFlow.js model, the manifest.json of variables, the .param of an ncnn model or the .params of an MXNet model was expected'

function namedTensors(
  tensors: ReadonlyMap<string, TensorSource>,
  source: ByteSource,
  container: Checkpoint['container'],
): Checkpoint {
  const path = source.name
  const store = tensorStore(tensors, path)
  return { ...store, path, container, root: undefined, metadata: {}, verify() {}, close: () => source.close() }
}

/** Tensors by name as a store. */
function tensorStore(tensors: ReadonlyMap<string, TensorSource>, path: string) {
  const tensor = (key: string): TensorSource => {
    const found = tensors.get(key)
    if (!found) throw new CheckpointError(path, `it has no tensor ${quote(key)}`)
    return found
  }
  return {
    tensor,
    keys: () => [...tensors.keys()],
    has: (key: string) => tensors.has(key),
    shape: (key: string) => tensor(key).shape,
    read: (key: string) => tensor(key).read(),
  }
}

/** What people most often hand over by mistake: dead links answer with a web page. */
function guess(head: Uint8Array): string {
  const text = Buffer.from(head).toString('latin1')
  if (head.length === 0) return 'it is empty'
  if (/^\s*</.test(text)) return 'it is a web page, so the download failed'
  if (text.startsWith('version https:')) return 'it is a Git LFS pointer, so the file itself was not fetched'
  if (isNcnnWeights(head)) return 'it is the .bin of an ncnn pair; name the .param beside it'
  if (head[0] === 0x1f && head[1] === 0x8b) return 'it is gzip-compressed; unpack it first'
  if (text.startsWith('\x89HDF')) return 'it is an HDF5 file'
  if (/^(?:\x89PNG|\xff\xd8\xff|GIF8|RIFF|II\*|MM\0\*)/.test(text)) return 'it is a picture'
  if (text.startsWith('GGUF')) return 'it is a GGUF file of a language model'
  if (/^\s*[{[]/.test(text)) return 'it is JSON or another text'
  if (/^[\t\n\r\x20-\x7e]+$/.test(text)) return 'it is a text'
  return 'its first bytes are of no format known here'
}
