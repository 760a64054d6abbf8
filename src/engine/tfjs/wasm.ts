// TensorFlow.js on WebAssembly: one core, everywhere, nothing to install. Face detection and, where no package for Node is
// installed, the engine compute on it; the library wants to hear where its binaries are exactly once.

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

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
