// TensorFlow.js on the two backends that need nothing installed: plain JavaScript, and WebAssembly. Both compute in float32.

import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { TfjsExecutable } from '../../src/engine/tfjs/executable.ts'
import type { Backend } from '../../src/engine/tfjs/load.ts'
import { loadWasm } from '../../src/engine/tfjs/wasm.ts'
import type { Feeds } from '../../src/engine/values.ts'
import type { Tensor } from '../../src/graph/tensor.ts'

// No advice on the console.
tf.enableProdMode()

export const plainBackend: Backend = { tf, name: 'cpu' }
export const wasmBackend: Backend = { tf: loadWasm().tf, name: 'wasm' }

/** As `runOnce`, on TensorFlow.js; whatever is left behind is a mistake. */
export async function runOnTfjs(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds = {},
  backend = plainBackend,
): Promise<Record<string, Float32Array>> {
  const executable = await TfjsExecutable.create({ outputs }, backend)
  try {
    return await executable.run(feeds)
  } finally {
    await executable.dispose()
  }
}
