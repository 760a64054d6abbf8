// Fading: paper yellows and silver goes, so that all tones draw near to one, the tint: v = u + amount·(tint − u) on 01.
// This is veiling with a constant light (the airlight of Koschmieder 1924 in another place). It is affine in each channel,
// as offset and gain of the response are: use one or the other, or hold the response's at their start.

import { z } from 'zod'
import { add, mul, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { learning, stageKind } from './stage.ts'

const share = z.number().min(0).max(1)

export const fading = stageKind({
  schema: z
    .strictObject({
      ...learning,
      amount: share.describe('Start of how far tones have gone to the tint: 0 not at all.'),
      tint: z
        .array(share)
        .min(1)
        .max(3)
        .refine((tint) => tint.length !== 2, 'a list of 1 or 3 numbers')
        .describe(
          'Start of the tint, 0 to 1: one gray level, or red, green and blue, which also tones a gray picture.',
        ),
      bounds: z
        .strictObject({
          amount: z.tuple([share, share]).describe('Lowest and highest amount.'),
          tint: z.tuple([share, share]).describe('Lowest and highest level of the tint.'),
        })
        .describe('Limits of what is learned.'),
    })
    .describe('Fading: all tones draw near to a tint.'),
  defaults: {
    learn: true,
    lr: null,
    amount: 0.15,
    tint: [0.6],
    bounds: { amount: [0, 0.8], tint: [0, 1] },
  },
  make: ({ learn, lr, amount, tint, bounds }) => ({
    parameters: [
      {
        name: 'amount',
        shape: [1],
        start: [amount],
        learn,
        lr,
        bounds: { low: bounds.amount[0], high: bounds.amount[1] },
      },
      {
        name: 'tint',
        shape: [tint.length],
        start: tint,
        learn,
        lr,
        bounds: { low: bounds.tint[0], high: bounds.tint[1] },
      },
    ],
    apply: (x, parameters) => {
      const level = sub(mul(reshape(parameters.tint!, [1, tint.length, 1, 1]), 2), 1)
      return add(x, mul(parameters.amount!, sub(level, x)))
    },
  }),
})
