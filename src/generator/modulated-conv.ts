// StyleGAN2's modulated convolution (Karras et al. 2020, equations 1–3). A style scales the kernel's input channels and
// demodulation its output channels, so instead of making a kernel for each picture we scale the feature maps before and
// after a convolution with the constant kernel: the same numbers, no kernel gradients, and kernels that an engine can
// lay out once.

import { conv2d, convTranspose2d } from '../graph/conv.ts'
import { add, div, mul, sqrt, square } from '../graph/elementwise.ts'
import { reshape, transpose } from '../graph/layout.ts'
import { equalLinear } from '../graph/linear.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { sum } from '../graph/reduce.ts'
import { ShapeError, showShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { blurAfterUpsampling } from './fir.ts'

export interface ModulatedConvOptions {
  demodulate: boolean
  upsample?: boolean
  /** Factor of a demodulated result: there it costs nothing, over a feature map one more pass. */
  gain?: number
}

/**
 * @param weights at a conv: `weight` [1, out, in, k, k], `modulation.{weight,bias}`
 * @param x [N, in, H, W]
 * @param w [N, styleDim], one latent
 */
export function modulatedConv(weights: Weights, x: Tensor, w: Tensor, options: ModulatedConvOptions): Tensor {
  const [, outChannels, inChannels, k] = weights.shape('weight') as [number, number, number, number, number]
  if (x.shape[1] !== inChannels)
    throw new ShapeError(`modulatedConv: input ${showShape(x.shape)} does not fit ${inChannels} channels`)
  const n = x.shape[0]!
  const kernel = reshape(weights.get('weight'), [outChannels, inChannels, k, k])
  const style = mul(equalLinear(w, weights.at('modulation')), 1 / Math.sqrt(inChannels * k * k))
  const modulated = mul(x, reshape(style, [n, inChannels, 1, 1]))
  const y = options.upsample
    ? blurAfterUpsampling(convTranspose2d(modulated, transpose(kernel, [1, 0, 2, 3]), { stride: 2 }))
    : conv2d(modulated, kernel, { padding: (k - 1) / 2 })
  if (!options.demodulate) return y
  const energy = matmul(square(style), swap(sum(square(kernel), [2, 3])))
  return mul(y, reshape(div(options.gain ?? 1, sqrt(add(energy, 1e-8))), [n, outChannels, 1, 1]))
}
