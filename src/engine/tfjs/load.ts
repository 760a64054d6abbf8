// TensorFlow.js for Node, from whichever of its packages is installed.

import { createRequire } from 'node:module'
import { EngineError } from '../values.ts'
import { tensorflowPackage } from './installed.ts'

export type TensorFlow = typeof import('@tensorflow/tfjs-core')

/** A library with the name of the backend that it computes on. */
export interface Backend {
  tf: TensorFlow
  name: string
}

/** @throws EngineError when no package is installed, or its native part does not load */
export function loadTensorflow(): Backend {
  const name = tensorflowPackage()
  try {
    const tf = createRequire(import.meta.url)(name) as TensorFlow
    return { tf, name: 'tensorflow' }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new EngineError(
      `${name} is installed and does not load: ${reason}; reinstall it, or use --engine onnxruntime`,
      {
        cause,
      },
    )
  }
}
