// Tone curve of film, paper and scanner: v = offset + gain·u^gamma on 01 (Luo et al. 2021, section 4.2). With a curve for
// each channel it is the three layers of a colour film (or of a toned print: a gray picture comes out with colour).
// The reference knows no limits, so none are the default.

import { z } from 'zod'
import { positive, signed } from '../config/schema-numbers.ts'
import { add, clamp, mul, pow, sub } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { bounds, learning, limits, stageKind } from './stage.ts'

const names = ['gamma', 'offset', 'gain'] as const

export const response = stageKind({
  schema: z
    .strictObject({
      ...learning,
      gamma: positive(100).describe('Start of the exponent.'),
      offset: signed(100).describe('Start of the offset.'),
      gain: positive(100).describe('Start of the factor.'),
      perChannel: z.boolean().describe('A curve for each of red, green and blue; a gray picture may become toned.'),
      bounds: z
        .strictObject({
          gamma: limits.describe('Lowest and highest exponent; null: none.'),
          offset: limits.describe('Lowest and highest offset; null: none.'),
          gain: limits.describe('Lowest and highest factor; null: none.'),
        })
        .describe('Limits of what is learned.'),
    })
    .describe('Tone curve offset + gain·u^gamma, fitted along with the face.'),
  defaults: {
    learn: true,
    lr: null,
    gamma: 1,
    offset: 0,
    gain: 1,
    perChannel: false,
    bounds: { gamma: null, offset: null, gain: null },
  },
  make: (config) => {
    const channels = config.perChannel ? 3 : 1
    return {
      parameters: names.map((name) => ({
        name,
        shape: [channels],
        start: new Array<number>(channels).fill(config[name]),
        learn: config.learn,
        lr: config.lr,
        bounds: bounds(config.bounds[name]),
      })),
      apply: (x, parameters) => {
        const [gamma, offset, gain] = names.map((name) =>
          config.perChannel ? reshape(parameters[name]!, [1, 3, 1, 1]) : parameters[name]!,
        )
        // Above −1, so that the power has a slope everywhere.
        const unit = mul(add(clamp(x, -0.99, 1), 1), 0.5)
        const developed = add(offset!, mul(gain!, pow(unit, gamma!)))
        return sub(mul(developed, 2), 1)
      },
    }
  },
})
