// face-api and the three TensorFlow.js pieces under it, loaded without the 400 MB that its own entry points ask for.
// `face-api.node-wasm.js` wants the union package `@tensorflow/tfjs` (training, layers, converter, WebGL, data); what it
// really uses is the core, the WebAssembly backend and eight methods on tensors that the union would have added. So its
// CommonJS file is compiled here with a `require` that hands it just those. Works offline from node_modules; nothing is
// downloaded. The WebAssembly backend runs on one thread in Node, so results are the same every time.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { compileFunction } from 'node:vm'
import { memoryProblem } from '../engine/memory.ts'
import { selectBackend, startBackend } from '../engine/tfjs/load.ts'
import { loadWasm, type TensorFlow } from '../engine/tfjs/wasm.ts'
import { reasonOf } from '../text/visible.ts'
import { AlignError } from './error.ts'

export type Tensor3D = import('@tensorflow/tfjs-core').Tensor3D

interface LoadedBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Net {
  readonly isLoaded: boolean
  loadFromDisk(folder: string): Promise<void>
}

/** The part of face-api that is used here; its own typings refer to the packages that are left out. */
export interface FaceApi {
  readonly nets: {
    readonly ssdMobilenetv1: Net & {
      locateFaces(
        input: Tensor3D,
        options: { minConfidence: number; maxResults: number },
      ): Promise<{ score: number; box: LoadedBox }[]>
    }
    readonly tinyFaceDetector: Net & {
      locateFaces(
        input: Tensor3D,
        options: { inputSize: number; scoreThreshold: number },
      ): Promise<{ score: number; box: LoadedBox }[]>
    }
    readonly faceLandmark68Net: Net & {
      detectLandmarks(input: Tensor3D): Promise<{ positions: { x: number; y: number }[] }>
    }
    readonly faceRecognitionNet: Net & { computeFaceDescriptor(input: Tensor3D): Promise<Float32Array> }
    readonly faceExpressionNet: Net & { predictExpressions(input: Tensor3D): Promise<{ readonly happy: number }> }
    readonly ageGenderNet: Net & {
      predictAgeAndGender(
        input: Tensor3D,
      ): Promise<{ age: number; gender: 'female' | 'male'; genderProbability: number }>
    }
  }
}

export type NetName = keyof FaceApi['nets']

interface Loaded {
  readonly tf: TensorFlow
  readonly faceApi: FaceApi
  readonly models: string
}

const require = createRequire(import.meta.url)

let loading: Promise<Loaded> | undefined

/** face-api on the WebAssembly backend with the named networks loaded; each is loaded once per process. */
export async function loadFaceApi(...names: NetName[]): Promise<{ tf: TensorFlow; faceApi: FaceApi }> {
  loading ??= start()
  const { tf, faceApi, models } = await loading
  // Another part of the program may compute on another backend of the same library.
  selectBackend({ tf, name: 'wasm' })
  for (const name of names) {
    const net = faceApi.nets[name]
    if (!net.isLoaded) await net.loadFromDisk(models)
  }
  return { tf, faceApi }
}

async function start(): Promise<Loaded> {
  try {
    const { tf, wasm } = loadWasm()
    addTensorMethods(tf)
    const file = require.resolve('@vladmandic/face-api/dist/face-api.node-wasm.js')
    const module = { exports: {} as FaceApi }
    const provide = (id: string): unknown =>
      id === '@tensorflow/tfjs' ? tf : id === '@tensorflow/tfjs-backend-wasm' ? wasm : require(id)
    const run = compileFunction(await readFile(file, 'utf8'), ['require', 'module', 'exports'], { filename: file })
    run(provide, module, module.exports)
    if (!(await startBackend({ tf, name: 'wasm' }))) throw new Error('the WebAssembly backend did not start')
    return { tf, faceApi: module.exports, models: path.join(path.dirname(file), '../model') }
  } catch (error) {
    const memory = memoryProblem(error)
    if (memory) throw memory
    const reason = reasonOf(error)
    throw new AlignError(`face detection can't start (${reason}); run "npm ci" again, or give --landmarks`)
  }
}

/** The chained tensor methods face-api calls, as the union package would have registered them. */
function addTensorMethods(tf: TensorFlow): void {
  type Method = (this: import('@tensorflow/tfjs-core').Tensor, ...rest: number[]) => unknown
  const prototype = tf.Tensor.prototype as unknown as Record<string, Method | undefined>
  const operations = {
    div: tf.div,
    mul: tf.mul,
    sub: tf.sub,
    mean: tf.mean,
    expandDims: tf.expandDims,
    reshape: tf.reshape,
    slice: tf.slice,
  } as unknown as Record<string, (...operands: unknown[]) => unknown>
  for (const [name, operation] of Object.entries(operations)) {
    prototype[name] ??= function (...rest) {
      return operation(this, ...rest)
    }
  }
  prototype.as1D ??= function () {
    return tf.reshape(this, [this.size])
  }
  for (const name of ['as2D', 'as3D', 'as4D']) {
    prototype[name] ??= function (...shape) {
      return tf.reshape(this, shape)
    }
  }
}
