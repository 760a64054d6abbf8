// TensorFlow.js on WebAssembly: one core, everywhere, nothing to install. Face detection and, where no package for Node is
// installed, the engine compute on it; the library wants to hear where its binaries are exactly once.

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Tensor } from '@tensorflow/tfjs-core'
import { EngineError } from '../values.ts'

export type TensorFlow = typeof import('@tensorflow/tfjs-core')
export type WasmBackend = typeof import('@tensorflow/tfjs-backend-wasm')

export const wasmPackage = '@tensorflow/tfjs-backend-wasm'

let loaded: { tf: TensorFlow; wasm: WasmBackend } | undefined

/** The library with its backend "wasm" registered, not selected. */
export function loadWasm(): { tf: TensorFlow; wasm: WasmBackend } {
  if (loaded) return loaded
  const require = createRequire(import.meta.url)
  const tf = require('@tensorflow/tfjs-core') as TensorFlow
  const wasm = require(wasmPackage) as WasmBackend
  // production mode: no advice on the console, no shape checks of every op
  tf.enableProdMode()
  wasm.setWasmPaths(join(dirname(require.resolve(`${wasmPackage}/package.json`)), 'dist/'))
  loaded = { tf, wasm }
  return loaded
}

/**
 * WebAssembly addresses 4 GiB. The backend does not look whether there was room, and computes on at address 0.
 * @throws EngineError when a tensor found none
 */
export function requirePlace(tf: TensorFlow, t: Tensor): void {
  if (tf.getBackend() !== 'wasm' || t.size === 0) return
  const { dataIdMap } = tf.backend() as unknown as { dataIdMap: { get(id: object): { memoryOffset: number | null } } }
  if (dataIdMap.get(t.dataId).memoryOffset === 0)
    throw new EngineError(
      'TensorFlow.js on WebAssembly has 4 GiB of memory, and this needs more; use --engine onnxruntime, or npm install @tensorflow/tfjs-node',
    )
}
