// TensorFlow.js, from whichever of its packages is installed.

import { createRequire } from 'node:module'
import { reasonOf } from '../../text/visible.ts'
import { EngineError } from '../values.ts'
import { tensorflowPackage } from './installed.ts'
import { loadWasm, type TensorFlow, wasmPackage } from './wasm.ts'

/** A library with the name of the backend that it computes on. */
export interface Backend {
  tf: TensorFlow
  name: string
}

const starts = new Map<string, Promise<boolean>>()

/**
 * Starts a backend. A start takes a while, and the library answers whoever asks for the same one meanwhile
 * that there is none: so each is started once, and all wait for that.
 * @returns whether it works here
 */
export function startBackend({ tf, name }: Backend): Promise<boolean> {
  const start = starts.get(name) ?? tf.setBackend(name)
  starts.set(name, start)
  return start
}

/** Of a backend that was started this takes effect at once. */
export function selectBackend({ tf, name }: Backend): void {
  if (tf.getBackend() !== name) void tf.setBackend(name)
}

/** @throws EngineError when the package that is installed does not load (its native part, say) */
export function loadTensorflow(): Backend {
  const name = tensorflowPackage()
  try {
    if (name === wasmPackage) return { tf: loadWasm().tf, name: 'wasm' }
    return { tf: createRequire(import.meta.url)(name) as TensorFlow, name: 'tensorflow' }
  } catch (cause) {
    const reason = reasonOf(cause)
    throw new EngineError(
      `${name} is installed and does not load: ${reason}; reinstall it, or use --engine onnxruntime`,
      {
        cause,
      },
    )
  }
}
