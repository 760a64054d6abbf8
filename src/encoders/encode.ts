// A portrait's first latent: e4e sees its shape, the ResNet18 encoder the colours that this emulsion turned to gray, and
// the layers that carry colour take the second code (Luo et al. 2021, section 4.1).

import { type CompileOptions, runOnce } from '../engine/executable.ts'
import { add } from '../graph/elementwise.ts'
import { concat } from '../graph/layout.ts'
import { resizeBilinear } from '../graph/resample.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Bitmap, toPlanar } from '../images/bitmap.ts'
import { colorEncoder } from './color-encoder.ts'
import { type E4eLayout, e4e, officialE4eLayout } from './e4e.ts'

/** The two encoders of a pack. */
export interface Encoders {
  /** The e4e file's root: `encoder.…` and, when deltas start from the mean, `latent_avg`. */
  readonly shape: Weights
  readonly layout?: E4eLayout
  /** The colour encoder of the emulsion. */
  readonly color: Weights
}

export interface EncodeOptions {
  /** Sides at which the encoders look. */
  readonly e4eSize: number
  readonly colorSize: number
  /** Layers [start, end) that take the colour code. */
  readonly mix: readonly [number, number]
  readonly compile?: CompileOptions
}

export interface Encoded {
  /** w+, [latents, styleDim] row by row: shape with colour mixed in. */
  readonly latent: Float32Array
  /** The shape code alone, likewise. */
  readonly shape: Float32Array
  /** The colour code, [styleDim]. */
  readonly color: Float32Array
  readonly latents: number
  readonly styleDim: number
}

/** @param gray the aligned portrait, 1 channel */
export async function encodePortrait(encoders: Encoders, gray: Bitmap, options: EncodeOptions): Promise<Encoded> {
  const sides = [1, 1, gray.height, gray.width] as const
  // Two inputs and not one scaled by the graph: ±1 and 01 are rounded in float32 as the reference rounds them.
  const picture = input('picture/pm1', [...sides])
  const unit = input('picture/01', [...sides])
  const { e4eSize, colorSize, mix } = options
  const small = resizeBilinear(picture, e4eSize, e4eSize, false)
  const shape = withAverage(
    e4e(
      encoders.shape.at('encoder'),
      concat([small, small, small], 1),
      undefined,
      encoders.layout ?? officialE4eLayout,
    ),
    encoders.shape,
  )
  const color = colorEncoder(encoders.color, resizeBilinear(unit, colorSize, colorSize, false))

  const feeds = { 'picture/pm1': toPlanar(gray, 'pm1'), 'picture/01': toPlanar(gray, '01') }
  const codes = await runOnce({ shape, color }, feeds, options.compile)
  const [, latents, styleDim] = shape.shape as [number, number, number]
  const latent = Float32Array.from(codes.shape!)
  for (let layer = mix[0]; layer < mix[1]; layer++) latent.set(codes.color!, layer * styleDim)
  return { latent, shape: Float32Array.from(codes.shape!), color: Float32Array.from(codes.color!), latents, styleDim }
}

function withAverage(latent: Tensor, weights: Weights): Tensor {
  if (!weights.has('latent_avg')) return latent
  return add(latent, weights.get('latent_avg', latent.shape.slice(1)))
}
