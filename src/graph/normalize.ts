// Normalisation layers, as the networks of this project use them: with stored statistics, per picture, per pixel.

import { add, div, mul, rsqrt, square, sub } from './elementwise.ts'
import { reshape } from './layout.ts'
import { mean } from './reduce.ts'
import type { Tensor } from './tensor.ts'
import type { Weights } from './weights.ts'

/** Batch norm with running statistics over [N, C, H, W] (eps 1e-5): one multiplication and one addition per channel. */
export function batchNorm(x: Tensor, weights: Weights): Tensor {
  const c = x.shape[1]!
  const channel = (key: string): Tensor => reshape(weights.get(key, [c]), [1, c, 1, 1])
  const scale = mul(channel('weight'), rsqrt(add(channel('running_var'), 1e-5)))
  return add(mul(x, scale), sub(channel('bias'), mul(channel('running_mean'), scale)))
}

/** Zero mean and unit variance per picture and channel, no learned scale. */
export function instanceNorm(x: Tensor, eps = 1e-5): Tensor {
  const centred = sub(x, mean(x, [2, 3], true))
  return mul(centred, rsqrt(add(mean(square(centred), [2, 3], true), eps)))
}

/** x over the root mean square of its last axis (eps 1e-8), as in StyleGAN's mapping network. */
export function pixelNorm(x: Tensor): Tensor {
  return mul(x, rsqrt(add(mean(square(x), [-1], true), 1e-8)))
}

/** (x − mean)/std per channel of [N, C, H, W]. */
export function standardize(x: Tensor, channelMean: Tensor, channelStd: Tensor | undefined): Tensor {
  const c = x.shape[1]!
  const centred = sub(x, reshape(channelMean, [1, c, 1, 1]))
  return channelStd ? div(centred, reshape(channelStd, [1, c, 1, 1])) : centred
}
