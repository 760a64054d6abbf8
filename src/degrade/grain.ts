// Grain: of learned level, drawn afresh at every step.
//
// Model: silver grains cover a share u of the film, so a small area's tone scatters with √(u(1 − u)) (the Boolean model of
// Newson et al. 2017): v = u + level·2√(u(1 − u))·n on 01, n standard normal and as coarse as the grains are. One field is
// drawn for the whole picture and reduced with it, so that a loss at half the size sees the quieter grain it should.
//
// Grain on both sides lets the feature networks compare like with like. But its level cannot be learned from that: two
// independent fields only ever differ, and a distance is smallest where there is none. So the level has a likelihood of
// its own. In the finest band, behind the noise mask of Immerkær (1996), which is blind to flat and sloping tones, the
// target's energy T should be the clean result's energy R plus the grain's, level²·K. For a Gaussian band that is Whittle's
// likelihood (1953), whose excess over its best value is (q − 1 − ln q)/2 with q = T/(R + level²·K): never negative, 0
// where the energies agree. Pixels on edges count little, since an edge that the result misses is not grain. Nothing of
// it flows into the picture.

import { z } from 'zod'
import { MOST_RADIUS, nonNegative } from '../config/schema-numbers.ts'
import { conv2d } from '../graph/conv.ts'
import { add, clamp, div, exp, log, mul, sqrt, square, stopGradient, sub } from '../graph/elementwise.ts'
import { mean, sum } from '../graph/reduce.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { downsample, reduceTo } from './downsample.ts'
import { blurSide, gaussianBlur, gaussianTaps } from './gaussian.ts'
import { learning, type StageContext, stageKind } from './stage.ts'

/** Slope of the tone, on 01 per pixel, at which a place counts as an edge. */
const EDGE = 0.02

const noiseMask = [1, -2, 1, -2, 4, -2, 1, -2, 1]

/** 2√(u(1 − u)) of a picture in ±1: 1 in the middle tones, small at both ends. */
function scatter(x: Tensor): Tensor {
  return sqrt(sub(1, square(clamp(x, -0.98, 0.98))))
}

/** [1, 1, h, w]: unit deviation at the generator's size, fainter where it is reduced. */
function field(x: Tensor, coarseness: number, { size, normal }: StageContext): Tensor | undefined {
  const white = normal?.('degrade/grain', [1, 1, size, size])
  if (!white) return undefined
  const radius = (coarseness * size) / 1024
  // A blur leaves Σ taps² of white noise's deviation; below half a pixel grains are no larger than pixels.
  const left = gaussianTaps(radius, blurSide(radius), 'gaussian').reduce((total, tap) => total + tap * tap, 0)
  const coarse = radius < 0.5 ? white : mul(gaussianBlur(white, radius, 'gaussian'), 1 / left)
  return reduceTo(coarse, { height: x.shape[2]!, width: x.shape[3]! }, downsample.defaults)
}

/** Energy of the finest band of a picture, where `weight` says. */
function bandEnergy(x: Tensor, weight: Tensor, spread?: Tensor): Tensor {
  const band = conv2d(mean(x, [1], true), constant(noiseMask, [1, 1, 3, 3]))
  const even = spread ? div(band, inner(spread)) : band
  return div(sum(mul(square(even), weight)), sum(weight))
}

/** Without the border of one pixel, as the band has none: the mean of 3×3 pixels. */
function inner(x: Tensor): Tensor {
  return conv2d(mean(x, [1], true), constant(new Array<number>(9).fill(1 / 9), [1, 1, 3, 3]))
}

/** Near 1 where the blurred picture is smooth, 0 on its edges. */
function smoothness(x: Tensor): Tensor {
  const soft = gaussianBlur(mean(x, [1], true), 1.5, 'gaussian')
  const slope = (taps: readonly number[]) => conv2d(soft, constant(taps, [1, 1, 3, 3]))
  const across = slope([0, 0, 0, -0.25, 0, 0.25, 0, 0, 0])
  const down = slope([0, -0.25, 0, 0, 0, 0, 0, 0.25, 0])
  return add(exp(mul(add(square(across), square(down)), -0.5 / EDGE ** 2)), 1e-3)
}

export const grain = stageKind({
  schema: z
    .strictObject({
      ...learning,
      level: nonNegative(1).describe('Start of the deviation in the middle tones, on a scale of 0 to 1.'),
      coarseness: nonNegative(MOST_RADIUS).describe(
        "Sigma of a grain in pixels of a 1024 px face; 0: each pixel's own.",
      ),
      bounds: z
        .strictObject({
          level: z.tuple([nonNegative(1), nonNegative(1)]).describe('Lowest and highest level.'),
        })
        .describe('Limits of what is learned.'),
    })
    .describe('Grain, drawn at every step; its level is learned from the finest detail of the target.'),
  defaults: { learn: true, lr: null, level: 0.08, coarseness: 0, bounds: { level: [0.001, 0.4] } },
  make: ({ learn, lr, level, coarseness, bounds }) => ({
    parameters: [
      {
        name: 'level',
        shape: [1],
        start: [level],
        learn,
        lr,
        pace: 0.2,
        bounds: { low: bounds.level[0], high: bounds.level[1] },
      },
    ],
    apply: (x, parameters, context) => {
      const noise = field(x, coarseness, context)
      // Learned, it is learned from the likelihood alone: any distance between pictures would rather have no grain.
      const own = learn ? stopGradient(parameters.level!) : parameters.level!
      return noise ? add(x, mul(mul(noise, scatter(x)), mul(own, 2))) : x
    },
    ...(learn && {
      likelihood: (x: Tensor, parameters: Readonly<Record<string, Tensor>>, context: StageContext) => {
        const target = context.old!({ height: x.shape[2]!, width: x.shape[3]! })
        const weight = stopGradient(smoothness(target))
        const noise = field(x, coarseness, context)!
        const clean = stopGradient(x)
        const wanted = bandEnergy(target, weight, scatter(gaussianBlur(target, 1.5, 'gaussian')))
        const own = bandEnergy(clean, weight, scatter(clean))
        const grains = mul(mul(square(parameters.level!), 4), bandEnergy(noise, weight))
        const q = div(wanted, add(add(own, grains), 1e-8))
        return mul(sub(sub(q, 1), log(add(q, 1e-12))), 0.5)
      },
    }),
  }),
})
