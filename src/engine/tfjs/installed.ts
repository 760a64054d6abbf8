// Which TensorFlow.js computes: the best that is installed. The packages for Node are optional peers; WebAssembly comes
// with the project.

import { createRequire } from 'node:module'
import { wasmPackage } from './wasm.ts'

/** Best first. */
export const tensorflowPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', wasmPackage] as const

export function tensorflowPackage(): string {
  const { resolve } = createRequire(import.meta.url)
  const found = tensorflowPackages.find((name) => {
    try {
      resolve(`${name}/package.json`)
      return true
    } catch {
      return false
    }
  })
  return found ?? wasmPackage
}
