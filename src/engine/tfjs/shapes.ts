// Attributes as TensorFlow.js takes them, and the two turns between [N, C, H, W] and [N, H, W, C].

import type { Tensor4D, Tensor as TfTensor } from '@tensorflow/tfjs-core'
import type { Tensor } from '../../graph/tensor.ts'
import type { TensorFlow } from './wasm.ts'

/** A list of integers among the attributes of a node. */
export function ints(t: Tensor, key: string): number[] {
  return [...(t.attributes[key] as readonly number[])]
}

export function toChannelsLast(tf: TensorFlow, x: TfTensor): Tensor4D {
  return tf.transpose(x as Tensor4D, [0, 2, 3, 1])
}

export function toChannelsFirst(tf: TensorFlow, x: TfTensor): TfTensor {
  return tf.transpose(x, [0, 3, 1, 2])
}
