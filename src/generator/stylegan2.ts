// StyleGAN2 (config F; Karras et al. 2020) on the graph, in the state-dict layout of the public PyTorch port's `g_ema`.
// Size, widths and latent dimension are read off the weights.

import { z } from 'zod'
import { add, leakyRelu, mul } from '../graph/elementwise.ts'
import { expand, reshape, sliceAxis } from '../graph/layout.ts'
import { equalLinear } from '../graph/linear.ts'
import { pixelNorm } from '../graph/normalize.ts'
import { ShapeError, showShape } from '../graph/shape.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { waves } from '../networks/probe-input.ts'
import { upsample2 } from './fir.ts'
import { modulatedConv } from './modulated-conv.ts'
import { findNvidiaGenerator, readNvidiaGenerator } from './stylegan2/nvidia.ts'
import { recogniseStyleGan2 } from './stylegan2/recognise.ts'

export interface GeneratorShape {
  /** Side of the image in pixels. */
  size: number
  /** Numbers in one latent w. */
  styleDim: number
  /** Latents in w+: 2·log₂(size) − 2. */
  latents: number
  /** Side of each noise map, in order: 4, 8, 8, 16, 16, … */
  noiseSides: readonly number[]
}

export interface Synthesis {
  /** [N, 3, size, size] in ±1 (a generator may overshoot a little). */
  image: Tensor
  /** What each resolution's ToRGB adds, before bias and skip: [N, 3, r, r] for r = 4, 8, …, size. */
  rgbs: readonly Tensor[]
}

/** Latents that resolutions up to `resolution` use: 2·log₂(r) − 2 (32 → 8, 64 → 10, 1024 → 18). */
export function latentSize(resolution: number): number {
  return 2 * Math.log2(resolution) - 2
}

export function noiseSides(size: number): number[] {
  return Array.from({ length: latentSize(size) - 1 }, (_, i) => 2 ** ((i + 5) >> 1))
}

export function generatorShape(weights: Weights): GeneratorShape {
  const blocks = weights.count('to_rgbs')
  const size = 2 ** (blocks + 2)
  return {
    size,
    styleDim: weights.shape('conv1.conv.modulation.weight')[1]!,
    latents: latentSize(size),
    noiseSides: noiseSides(size),
  }
}

/** The mapping network, z [N, styleDim] → w [N, styleDim]: pixel norm, then equalised layers at 1/100 of the learning rate. */
export function mapping(weights: Weights, z: Tensor): Tensor {
  return scope('mapping', () => {
    let w = pixelNorm(z)
    for (let i = 1; weights.has(`style.${i}.weight`); i++)
      w = mul(leakyRelu(equalLinear(w, weights.at(`style.${i}`), 0.01), 0.2), Math.SQRT2)
    return w
  })
}

/**
 * The synthesis network.
 * @param latent w+ [N, latents, styleDim]
 * @param noise standard normal maps [1, 1, r, r], one for each side of `generatorShape().noiseSides`
 * @param size stop at this resolution; the generator's own unless told
 */
export function synthesize(weights: Weights, latent: Tensor, noise: readonly Tensor[], size?: number): Synthesis {
  const shape = generatorShape(weights)
  const blocks = Math.log2(size ?? shape.size) - 2
  const latents = latentSize(size ?? shape.size)
  if (latent.shape.length !== 3 || latent.shape[1]! < latents || latent.shape[2] !== shape.styleDim)
    throw new ShapeError(
      `synthesize: the latent should be [N, ${latents}, ${shape.styleDim}], got ${showShape(latent.shape)}`,
    )
  if (noise.length < latents - 1)
    throw new ShapeError(`synthesize: ${latents - 1} noise maps needed, got ${noise.length}`)
  const n = latent.shape[0]!
  const w = (i: number): Tensor => reshape(sliceAxis(latent, 1, i, i + 1), [n, shape.styleDim])

  return scope('generator', () => {
    const start = weights.get('input.input')
    let x = expand(start, [n, ...start.shape.slice(1)])
    const rgbs: Tensor[] = []
    let image: Tensor | undefined
    x = scope('conv1', () => styledConv(weights.at('conv1'), x, w(0), noise[0]!, false))
    const toRgb = (at: string, i: number): void =>
      scope(at, () => {
        const rgb = modulatedConv(weights.at(`${at}.conv`), x, w(i), { demodulate: false })
        rgbs.push(rgb)
        const biased = add(rgb, weights.get(`${at}.bias`))
        image = image ? add(biased, upsample2(image)) : biased
      })
    toRgb('to_rgb1', 1)
    for (let j = 0; j < blocks; j++) {
      const [a, b] = [`convs.${2 * j}`, `convs.${2 * j + 1}`] as const
      x = scope(a, () => styledConv(weights.at(a), x, w(1 + 2 * j), noise[1 + 2 * j]!, true))
      x = scope(b, () => styledConv(weights.at(b), x, w(2 + 2 * j), noise[2 + 2 * j]!, false))
      toRgb(`to_rgbs.${j}`, 3 + 2 * j)
    }
    return { image: image!, rgbs }
  })
}

// √2·lrelu(y) is lrelu(√2·y), so the gain goes into the small factors and terms that make y.
function styledConv(weights: Weights, x: Tensor, w: Tensor, noise: Tensor, upsample: boolean): Tensor {
  const gain = Math.SQRT2
  const y = modulatedConv(weights.at('conv'), x, w, { demodulate: true, upsample, gain })
  const c = y.shape[1]!
  const noisy = add(y, mul(noise, mul(weights.get('noise.weight', [1]), gain)))
  const bias = mul(weights.get('activate.bias', [c]), gain)
  return leakyRelu(add(noisy, reshape(bias, [1, c, 1, 1])), 0.2)
}

export const stylegan2Network = networkKind({
  roles: { stylegan2: 'StyleGAN2 generator' },
  layout: z.strictObject({}),
  files:
    '`stylegan2-ffhq-config-f.pt` and any `g_ema` checkpoint of the PyTorch port, any size and width; `ffhq.pkl` and other StyleGAN2 pickles of stylegan2-ada-pytorch and of the stylegan3 repository; both with their mean as `w_stats`',
  ofGenerator: true,
  landmarks: ['input.input'],
  recognise: (place) => {
    const nvidia = findNvidiaGenerator(place.root)
    return nvidia === undefined ? recogniseStyleGan2(place) : readNvidiaGenerator(nvidia)
  },
  probe: (weights) => {
    const { styleDim, latents, noiseSides } = generatorShape(weights)
    const latent = constant(waves(latents * styleDim), [1, latents, styleDim])
    const noise = noiseSides.map((side) => constant(waves(side * side), [1, 1, side, side]))
    return synthesize(weights, latent, noise).image
  },
})
