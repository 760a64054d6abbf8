// Sessions of ONNX Runtime and tensors for it: with its two neighbours the only place that talks to it.

import { availableParallelism } from 'node:os'
import type { Shape } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { CompileOptions } from '../contract.ts'
import { DeviceError, type Numbers } from '../values.ts'
import { ort } from './library.ts'
import { createOptimized } from './optimized-models.ts'
import { requireDevice } from './requirements.ts'

/** @param outputs where each output is to stay; all of them on the host unless told */
export async function createSession(
  model: Uint8Array,
  options: CompileOptions,
  outputs?: Readonly<Record<string, 'cpu' | 'gpu-buffer'>>,
): Promise<ort.InferenceSession> {
  const device = options.device ?? 'cpu'
  requireDevice(device)
  try {
    const settings: ort.InferenceSession.SessionOptions = {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: options.threads ?? 0,
      logSeverityLevel: 3,
      enableCpuMemArena: !options.occasional,
      // A planned block for all activations is allocated beside what the first, unplanned run already took: 8.1 GB
      // instead of 4.9 for a step at 1024 px, and no faster.
      enableMemPattern: false,
      // Threads wait for one another by spinning, which is quick while each has a core and never ends while they have not.
      ...((options.threads ?? 0) > availableParallelism() && {
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      }),
      ...(outputs && { preferredOutputLocation: outputs }),
      ...(options.profile !== undefined && { enableProfiling: true, profileFilePrefix: options.profile }),
    }
    if (device === 'cpu' && options.keep !== undefined) return await createOptimized(model, settings, options.keep)
    return await ort.InferenceSession.create(model, settings)
  } catch (error) {
    if (device === 'cpu') throw error
    throw new DeviceError(device, reasonOf(error), 'rephoto doctor says what is missing, --device cpu always works')
  }
}

export async function releaseSession(session: ort.InferenceSession): Promise<void> {
  session.endProfiling()
  await session.release()
}

/** A tensor in the host's memory. */
export function hostTensor({ dtype, shape }: Pick<Tensor, 'dtype' | 'shape'>, values: Numbers): ort.Tensor {
  if (dtype === 'int32')
    return new ort.Tensor('int32', values instanceof Int32Array ? values : Int32Array.from(values), shape)
  return floatTensor(values instanceof Float32Array ? values : Float32Array.from(values), shape)
}

export function floatTensor(values: Float32Array, shape: Shape): ort.Tensor {
  return new ort.Tensor('float32', values, shape)
}

/** The last line of what ONNX Runtime says, without the place in its source. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const line = lines.at(-1) ?? 'no reason was given'
  return line.replace(/^.*was false\. /u, '').trim()
}
