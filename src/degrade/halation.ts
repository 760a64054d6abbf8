// Halation: what is bright goes through the emulsion, is thrown back by the plate and comes out around itself: light above
// a threshold, blurred widely and added, v = u + strength·tint·blur(soft(u − threshold)) on 01 (the glow of glare models,
// Spencer et al. 1995). The threshold is a softplus, so that there is a slope on both sides of it. Film reddens the light
// on its way through the layers, so colour film has an orange tint; a gray picture has none.

import { z } from 'zod'
import { nonNegative, positive } from '../config/schema-numbers.ts'
import { add, exp, log, maximum, mul, neg, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { gaussianBlur } from './gaussian.ts'
import { learning, stageKind } from './stage.ts'

/** Width of the softplus: the threshold is this soft. */
const SOFTNESS = 0.05

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), whose exponent never overflows. */
function softplus(x: Tensor): Tensor {
  return add(maximum(x, 0), log(add(exp(neg(maximum(x, neg(x)))), 1)))
}

export const halation = stageKind({
  schema: z
    .strictObject({
      ...learning,
      strength: nonNegative(100).describe('Start of the share of the bright light that comes back.'),
      threshold: z.number().min(0).max(1).describe('Tone, 0 to 1, from which light passes through.'),
      radius: positive(512).describe('Sigma of its spread, in pixels of a 1024 px face.'),
      tint: z
        .tuple([nonNegative(10), nonNegative(10), nonNegative(10)])
        .describe('Colour of the light that comes back, in colour pictures.'),
      bounds: z
        .strictObject({
          strength: z.tuple([nonNegative(100), nonNegative(100)]).describe('Lowest and highest strength.'),
        })
        .describe('Limits of what is learned.'),
    })
    .describe('Halation: bright light bleeds into its surroundings.'),
  defaults: {
    learn: true,
    lr: null,
    strength: 0.2,
    threshold: 0.7,
    radius: 40,
    tint: [1, 0.5, 0.2],
    bounds: { strength: [0, 2] },
  },
  make: ({ learn, lr, strength, threshold, radius, tint, bounds }) => ({
    parameters: [
      {
        name: 'strength',
        shape: [1],
        start: [strength],
        learn,
        lr,
        bounds: { low: bounds.strength[0], high: bounds.strength[1] },
      },
    ],
    apply: (x, parameters) => {
      const unit = mul(add(x, 1), 0.5)
      const bright = mul(softplus(mul(sub(unit, threshold), 1 / SOFTNESS)), SOFTNESS)
      const spread = gaussianBlur(bright, (radius * x.shape[3]!) / 1024, 'gaussian')
      const light = mul(spread, mul(parameters.strength!, 2))
      return add(x, x.shape[1] === 3 ? mul(light, reshape(constant(tint, [3]), [1, 3, 1, 1])) : light)
    },
  }),
})
