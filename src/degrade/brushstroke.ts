// A painter's brush, explicitly: strokes along the local orientation of the picture.
//
// This is the anisotropic Kuwahara filter (Kyprianidis, Kang and Döllner 2009, "Image and Video Abstraction by Anisotropic
// Kuwahara Filtering"), made for descent. Around each pixel lie sectors of an ellipse that is turned along the structure
// tensor; each has a mean and a variance, and the pixel becomes the average of the means, those of little variance
// counting most: flat strokes with sharp edges between them, never across an edge. Sectors are those of the polynomial
// weighting functions (Kyprianidis et al. 2010): max(0, x + ζ − ηy²)² times a Gaussian.
//
// Ellipses at any angle would need a kernel for every pixel. Instead a bank of sector kernels at eight angles is convolved
// with the whole picture, and a pixel weighs their answers by how well their angle is its own; in flat places all angles
// count alike. The kernels are functions of the learned scale and elongation, so all of it is differentiable; only the
// orientation is taken as given (detached), because turning a stroke is not a way to explain a tone.

import { z } from 'zod'
import { nonNegative, positive } from '../config/schema-numbers.ts'
import { conv2d } from '../graph/conv.ts'
import { add, div, exp, log, mul, neg, relu, sqrt, square, stopGradient, sub } from '../graph/elementwise.ts'
import { concat, reshape } from '../graph/layout.ts'
import { avgPool } from '../graph/pool.ts'
import { mean, sum } from '../graph/reduce.ts'
import { resizeBilinear } from '../graph/resample.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { learning, type StageContext, stageKind } from './stage.ts'
import { orientation } from './structure-tensor.ts'

const ANGLES = 8
const SECTORS = 4
/** Overlap of the sectors, and their curvature: they end at 3/8 π from their axis. */
const ZETA = 1 / 3
const ETA = (ZETA + Math.cos((3 * Math.PI) / 8)) / Math.sin((3 * Math.PI) / 8) ** 2
/** How much better an angle must fit to count e times as much. */
const CONCENTRATION = 4
/** Variance, on 01, below which a sector counts as flat. */
const FLAT = 2e-4
/** Larger pictures are filtered at this size: strokes are large, and pixels of 1024 px are not what they consist of. */
const WORKING_SIZE = 256
/** Most pixels from the centre of a kernel to its edge. */
const REACH = 5

/**
 * Sector kernels [ANGLES·SECTORS, 1, side, side], each summing to 1.
 *
 * @param scale [1], geometric mean of the ellipse's two sigmas in pixels
 * @param elongation [1], ratio of the longer to the shorter
 * @param reach pixels from the centre to the edge of a kernel
 */
export function sectorKernels(scale: Tensor, elongation: Tensor, reach: number): Tensor {
  const side = 2 * reach + 1
  const taps = side * side
  const along = new Float64Array(ANGLES * taps)
  const across = new Float64Array(ANGLES * taps)
  for (let a = 0; a < ANGLES; a++) {
    const [cos, sin] = [Math.cos((a * Math.PI) / ANGLES), Math.sin((a * Math.PI) / ANGLES)]
    for (let i = 0; i < taps; i++) {
      const [dy, dx] = [Math.floor(i / side) - reach, (i % side) - reach]
      along[a * taps + i] = cos * dx + sin * dy
      across[a * taps + i] = cos * dy - sin * dx
    }
  }
  const root = sqrt(elongation)
  const u = div(constant(along, [ANGLES, taps]), mul(scale, root))
  const v = div(mul(constant(across, [ANGLES, taps]), root), scale)
  const gaussian = exp(mul(add(square(u), square(v)), -0.5))
  // In units of two sigmas the ellipse is the unit disc of the weighting functions.
  const sector = (x: Tensor, y: Tensor) => {
    const weight = mul(square(relu(sub(add(x, ZETA), mul(square(y), ETA)))), gaussian)
    return div(weight, sum(weight, [1], true))
  }
  const [halfU, halfV] = [mul(u, 0.5), mul(v, 0.5)]
  const four = [sector(halfU, halfV), sector(neg(halfU), halfV), sector(halfV, halfU), sector(neg(halfV), halfU)]
  return reshape(concat(four, 0), [SECTORS * ANGLES, 1, side, side])
}

/**
 * The filtered picture.
 *
 * @param x [1, C, H, W]
 * @param kernels as `sectorKernels` makes them
 * @param guide [1, C', H, W], whose orientation the strokes follow
 * @param sharpness how steeply a sector's variance costs it weight: 0 plain blur, 8 one sector alone
 */
export function kuwahara(x: Tensor, kernels: Tensor, guide: Tensor, sharpness: number): Tensor {
  const [, c, h, w] = x.shape as [number, number, number, number]
  const maps = SECTORS * ANGLES
  const padding = (kernels.shape[2]! - 1) / 2
  const each = reshape(x, [c, 1, h, w])
  const convolved = (t: Tensor) => conv2d(t, kernels, { padding })
  // Beyond the border is nothing: neither dark nor light.
  const inside = convolved(constant(new Float64Array(h * w).fill(1), [1, 1, h, w]))
  const means = div(convolved(each), inside)
  const squares = div(convolved(square(each)), inside)
  // Mean over the channels of the sectors' variances on 01; rounding may make one slightly negative.
  const variance = mul(relu(mean(sub(squares, square(means)), [0], true)), 0.25)

  const { cos2, sin2, anisotropy } = orientation(guide, 1.5)
  const turned = (wave: (angle: number) => number) =>
    constant(
      Float64Array.from({ length: maps }, (_, i) => wave((2 * Math.PI * (i % ANGLES)) / ANGLES)),
      [1, maps, 1, 1],
    )
  const fit = mul(anisotropy, add(mul(cos2, turned(Math.cos)), mul(sin2, turned(Math.sin))))
  const logits = sub(mul(fit, CONCENTRATION), mul(log(add(div(variance, FLAT), 1)), sharpness / 2))
  const weights = exp(logits)
  const blended = div(sum(mul(means, weights), [1], true), sum(weights, [1], true))
  return reshape(blended, [1, c, h, w])
}

const limited = (what: string, low: number, high: number) =>
  z.tuple([z.number().min(low).max(high), z.number().min(low).max(high)]).describe(`Lowest and highest ${what}.`)

/** A stroke over a quarter of the face, and one 32 times as long as wide. */
const MOST_SCALE = 256
const MOST_ELONGATION = 32

export const brushstroke = stageKind({
  schema: z
    .strictObject({
      ...learning,
      scale: positive(MOST_SCALE).describe('Start of the size of a stroke (a sigma), in pixels of a 1024 px face.'),
      elongation: z.number().min(1).max(MOST_ELONGATION).describe('Start of how many times longer than wide it is.'),
      strength: z.number().min(0).max(1).describe('Start of the share of the strokes in the picture.'),
      sharpness: nonNegative(100).describe('How hard the edges between strokes are: 0 soft, 8 hard.'),
      guide: z
        .enum(['result', 'painting'])
        .describe('Whose orientation strokes follow: that of the picture under the brush, or that of the painting.'),
      bounds: z
        .strictObject({
          scale: limited('size', 1, MOST_SCALE),
          elongation: limited('elongation', 1, MOST_ELONGATION),
          strength: limited('share', 0, 1),
        })
        .describe('Limits of what is learned.'),
    })
    .describe("A painter's brush: strokes along the local orientation, of learned size, elongation and share."),
  defaults: {
    learn: true,
    lr: null,
    scale: 10,
    elongation: 2.5,
    strength: 0.8,
    sharpness: 4,
    guide: 'result',
    bounds: { scale: [4, 24], elongation: [1, 5], strength: [0, 1] },
  },
  make: ({ learn, lr, scale, elongation, strength, sharpness, guide, bounds }) => {
    const parameter = (name: 'scale' | 'elongation' | 'strength', start: number, pace = 1) => ({
      name,
      shape: [1],
      start: [start],
      learn,
      lr,
      pace,
      bounds: { low: bounds[name][0], high: bounds[name][1] },
    })
    return {
      parameters: [parameter('scale', scale, 10), parameter('elongation', elongation), parameter('strength', strength)],
      apply: (x, parameters, context) => {
        const reduction = reductionOf(x.shape[2]!, x.shape[3]!)
        const small = reduction > 1 ? avgPool(x, reduction) : x
        const w = small.shape[3]!
        const pixels = w / 1024
        const longest = bounds.scale[1] * pixels * Math.sqrt(bounds.elongation[1])
        const kernels = sectorKernels(
          mul(parameters.scale!, pixels),
          parameters.elongation!,
          Math.min(REACH, Math.ceil(2 * longest)),
        )
        const painted = kuwahara(small, kernels, guideOf(small, guide, context), sharpness)
        const full = resizeBilinear(painted, x.shape[2]!, x.shape[3]!, false)
        return add(x, mul(sub(full, x), parameters.strength!))
      },
    }
  },
})

/** How many times smaller it is filtered: a divisor of both sides, since cells that are cut off would move the strokes. */
function reductionOf(height: number, width: number): number {
  let reduction = Math.max(1, Math.floor(width / WORKING_SIZE))
  while (height % reduction !== 0 || width % reduction !== 0) reduction--
  return reduction
}

function guideOf(x: Tensor, guide: 'result' | 'painting', { old }: StageContext): Tensor {
  if (guide === 'result' || !old) return stopGradient(x)
  return old({ height: x.shape[2]!, width: x.shape[3]! })
}
