// Which TensorFlow.js for Node is installed. None has to be: they are optional peers, the best one there is taken.

import { createRequire } from 'node:module'
import { EngineError } from '../values.ts'

/** Best first. */
export const tensorflowPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const

/** Those that can be found from here. */
export function installedTensorflow(): string[] {
  const { resolve } = createRequire(import.meta.url)
  return tensorflowPackages.filter((name) => {
    try {
      resolve(`${name}/package.json`)
      return true
    } catch {
      return false
    }
  })
}

/** @throws EngineError when there is none, with what to install */
export function tensorflowPackage(): string {
  const [found] = installedTensorflow()
  if (found !== undefined) return found
  throw new EngineError(
    'the engine tfjs needs @tensorflow/tfjs-node-gpu (or @tensorflow/tfjs-node), which is not installed: npm install @tensorflow/tfjs-node-gpu; or use --engine onnxruntime',
  )
}
