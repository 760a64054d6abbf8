// TensorFlow.js with its plain CPU backend, which needs nothing installed and computes in float32.

import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { TfjsExecutable } from '../../src/engine/tfjs/executable.ts'
import type { Backend } from '../../src/engine/tfjs/load.ts'
import type { Feeds } from '../../src/engine/values.ts'
import type { Tensor } from '../../src/graph/tensor.ts'

// No advice on the console.
tf.enableProdMode()

export const plainBackend: Backend = { tf, name: 'cpu' }

/** As `runOnce`, on TensorFlow.js; whatever is left behind is a mistake. */
export async function runOnTfjs(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds = {},
): Promise<Record<string, Float32Array>> {
  const executable = await TfjsExecutable.create({ outputs }, plainBackend)
  try {
    return await executable.run(feeds)
  } finally {
    await executable.dispose()
  }
}
