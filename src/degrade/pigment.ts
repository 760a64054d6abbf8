// Pigment and varnish of a painting: what light made of the painter's colours, and what age made of them.
//
// A mixture of pigments answers to the three primaries of the eye roughly linearly, and a yellowed varnish takes light away
// by a share of each: a 3×3 matrix of colours, then a monotone tone curve for each channel (the two steps by which
// cameras, too, are matched to one another: Finlayson et al. 2015; curves as in Debevec and Malik 1997, monotone because
// neither paint nor varnish turns dark into light). Rows of the matrix are divided by their sum: gray stays gray there,
// so that brightness is the business of the curves alone and the two cannot work against one another.
//
// A curve is a lift and the heights of `knots` equal steps: v = lift + Σ height_k·clamp(knots·u − k, 0, 1). It starts as
// the straight line. Limits hold all this near the identity: a painter may shift colours, but not paint a negative; and varnish and age
// take contrast away, they add none, so that what contrast a painting has is the face's.

import { z } from 'zod'
import { nonNegative, positive, signed } from '../config/schema-numbers.ts'
import { conv2d } from '../graph/conv.ts'
import { add, clamp, div, mul, sub } from '../graph/elementwise.ts'
import { reshape, sliceAxis } from '../graph/layout.ts'
import { sum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'
import { learning, stageKind } from './stage.ts'

const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** u [N, C, H, W] in 01 through a curve per channel; lift [C, 1], heights [C, knots]; straight on beyond 0 and 1. */
export function toneCurves(u: Tensor, lift: Tensor, heights: Tensor): Tensor {
  const [channels, knots] = heights.shape as [number, number]
  const column = (x: Tensor) => reshape(x, [1, channels, 1, 1])
  const steps = Array.from({ length: knots }, (_, k) => {
    const along = sub(mul(u, knots), k)
    const low = k === 0 ? Number.NEGATIVE_INFINITY : 0
    const high = k === knots - 1 ? Number.POSITIVE_INFINITY : 1
    const inside = knots === 1 ? along : clampOpen(along, low, high)
    return mul(column(sliceAxis(heights, 1, k, k + 1)), inside)
  })
  return steps.reduce(add, column(lift))
}

function clampOpen(x: Tensor, low: number, high: number): Tensor {
  // Beyond the ends the last step goes on, so that a picture outside of ±1 keeps its slope; 9 is far outside.
  return clamp(x, Number.isFinite(low) ? low : -9, Number.isFinite(high) ? high : 9)
}

export const pigment = stageKind({
  schema: z
    .strictObject({
      ...learning,
      matrix: z
        .array(signed(100))
        .length(9)
        .describe('Start of the colour matrix, row by row (red, green, blue out of red, green, blue).'),
      knots: z.int().min(1).max(32).describe('Steps of each tone curve.'),
      lift: signed(10).describe('Start of the tone that black becomes.'),
      contrast: positive(100).describe('Start of the slope of the curves.'),
      bounds: z
        .strictObject({
          matrix: nonNegative(100).describe('How far an entry of the matrix may go from its start.'),
          lift: z.tuple([signed(10), signed(10)]).describe('Lowest and highest tone that black becomes.'),
          slope: z
            .tuple([positive(100), positive(100)])
            .describe('Lowest and highest slope of the curves; above zero, so that they stay monotone.'),
        })
        .describe('Limits of what is learned: how far from the identity.'),
    })
    .describe("A painting's pigments and varnish: a colour matrix and a monotone tone curve for each channel."),
  defaults: {
    learn: true,
    lr: null,
    matrix: identity,
    knots: 6,
    lift: 0,
    contrast: 1,
    bounds: { matrix: 0.3, lift: [-0.02, 0.3], slope: [0.3, 1.1] },
  },
  make: ({ learn, lr, matrix, knots, lift, contrast, bounds }) => ({
    parameters: [
      {
        name: 'matrix',
        shape: [9],
        start: matrix,
        learn,
        lr,
        bounds: { low: matrix.map((x) => x - bounds.matrix), high: matrix.map((x) => x + bounds.matrix) },
      },
      {
        name: 'lift',
        shape: [3],
        start: [lift, lift, lift],
        learn,
        lr,
        bounds: { low: bounds.lift[0], high: bounds.lift[1] },
      },
      {
        // As slopes, not heights: near 1 whatever the number of knots, so that one learning rate suits all.
        name: 'slope',
        shape: [3 * knots],
        start: new Array<number>(3 * knots).fill(contrast),
        learn,
        lr,
        bounds: { low: bounds.slope[0], high: bounds.slope[1] },
      },
    ],
    apply: (x, parameters) => {
      const rows = reshape(parameters.matrix!, [3, 3])
      const mixed = conv2d(mul(add(x, 1), 0.5), reshape(div(rows, sum(rows, [1], true)), [3, 3, 1, 1]))
      const heights = div(reshape(parameters.slope!, [3, knots]), knots)
      return sub(mul(toneCurves(mixed, reshape(parameters.lift!, [3, 1]), heights), 2), 1)
    },
  }),
})
