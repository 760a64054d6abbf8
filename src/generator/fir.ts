// The low-pass filter [1, 3, 3, 1] that StyleGAN2 puts behind every enlargement, as a convolution of single channels.

import { conv2d, convTranspose2d } from '../graph/conv.ts'
import { reshape } from '../graph/layout.ts'
import { constant, type Tensor } from '../graph/tensor.ts'

const taps = [1, 3, 3, 1]

/** [1, 3, 3, 1]⊗[1, 3, 3, 1]/64·4: the gain of 4 makes up for the zeros between enlarged pixels. */
function firKernel(): Tensor {
  return constant(
    taps.flatMap((a) => taps.map((b) => (a * b) / 16)),
    [1, 1, 4, 4],
  )
}

function eachChannel(x: Tensor, f: (plane: Tensor) => Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const y = f(reshape(x, [n * c, 1, h, w]))
  return reshape(y, [n, c, y.shape[2]!, y.shape[3]!])
}

/** What follows a transposed convolution of stride 2: [.., 2H + 1, 2W + 1] → [.., 2H, 2W]. */
export function blurAfterUpsampling(x: Tensor): Tensor {
  return eachChannel(x, (plane) => conv2d(plane, firKernel(), { padding: 1 }))
}

/** Twice as large: zeros between the pixels, padding (2, 1), then the filter: a transposed convolution. */
export function upsample2(x: Tensor): Tensor {
  return eachChannel(x, (plane) => convTranspose2d(plane, firKernel(), { stride: 2, padding: 1 }))
}
