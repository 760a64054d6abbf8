// The low-pass filter [1, 3, 3, 1] that StyleGAN2 puts behind every enlargement, one channel at a time. As a grouped
// convolution it stays in the blocked layout of ONNX Runtime's CPU kernels; as a batch of single-channel pictures it took
// more than half of a whole optimization step.

import { conv2d, convTranspose2d } from '../graph/conv.ts'
import { reshape } from '../graph/layout.ts'
import { constant, type Tensor } from '../graph/tensor.ts'

const taps = [1, 3, 3, 1]

/** [1, 3, 3, 1]⊗[1, 3, 3, 1]/64·4 for each channel: the gain of 4 makes up for the zeros between enlarged pixels. */
function firKernel(channels: number): Tensor {
  const one = taps.flatMap((a) => taps.map((b) => (a * b) / 16))
  return constant(Array.from({ length: channels }, () => one).flat(), [channels, 1, 4, 4])
}

/** What follows a transposed convolution of stride 2: [.., 2H + 1, 2W + 1] → [.., 2H, 2W]. */
export function blurAfterUpsampling(x: Tensor): Tensor {
  const channels = x.shape[1]!
  return conv2d(x, firKernel(channels), { padding: 1, groups: channels })
}

/** Twice as large: zeros between the pixels, padding (2, 1), then the filter: a transposed convolution. */
export function upsample2(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const planes = reshape(x, [n * c, 1, h, w])
  return reshape(convTranspose2d(planes, firKernel(1), { stride: 2, padding: 1 }), [n, c, 2 * h, 2 * w])
}
