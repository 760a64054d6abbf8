// Natural vignetting: a flat plate sees light from an angle θ off the axis weakened by cos⁴θ (Hecht, Optics, section 5.7;
// as a model to be estimated: Goldman 2010). With tan θ = r·tan(θ of the corner), cos⁴θ = 1/(1 + s·r²)², s = tan² of the
// corner's angle. s is what is learned and not its root, because the root has no slope at 0.

import { z } from 'zod'
import { nonNegative, signed } from '../config/schema-numbers.ts'
import { add, div, mul, square, sub } from '../graph/elementwise.ts'
import { sliceAxis } from '../graph/layout.ts'
import { constant } from '../graph/tensor.ts'
import { learning, stageKind } from './stage.ts'

export const vignette = stageKind({
  schema: z
    .strictObject({
      ...learning,
      strength: nonNegative(100).describe(
        'Start of tan² of the angle at the corner: 0 none, 0.4 half the light there.',
      ),
      center: z
        .tuple([signed(10), signed(10)])
        .describe("Start of the axis' place [x, y]: 0 the middle of the face's square, ±1 its borders."),
      bounds: z
        .strictObject({
          strength: z.tuple([nonNegative(100), nonNegative(100)]).describe('Lowest and highest strength.'),
          center: z.tuple([signed(10), signed(10)]).describe('Lowest and highest coordinate of the axis.'),
        })
        .describe('Limits of what is learned.'),
    })
    .describe("Vignetting: the lens' light falls off to the corners by the fourth power of the cosine."),
  defaults: {
    learn: true,
    lr: null,
    strength: 0.1,
    center: [0, 0],
    bounds: { strength: [0, 3], center: [-1, 1] },
  },
  make: ({ learn, lr, strength, center, bounds }) => ({
    parameters: [
      {
        name: 'strength',
        shape: [1],
        start: [strength],
        learn,
        lr,
        bounds: { low: bounds.strength[0], high: bounds.strength[1] },
      },
      {
        name: 'center',
        shape: [2],
        start: center,
        learn,
        lr,
        bounds: { low: bounds.center[0], high: bounds.center[1] },
      },
    ],
    apply: (x, parameters) => {
      const [h, w] = x.shape.slice(2) as [number, number]
      const axis = (side: number) => Float64Array.from({ length: side }, (_, i) => (2 * i + 1) / side - 1)
      const dx = sub(constant(axis(w), [1, 1, 1, w]), sliceAxis(parameters.center!, 0, 0, 1))
      const dy = sub(constant(axis(h), [1, 1, h, 1]), sliceAxis(parameters.center!, 0, 1, 2))
      // 1 at the corners of the square.
      const r2 = mul(add(square(dx), square(dy)), 0.5)
      const falloff = div(1, square(add(mul(r2, parameters.strength!), 1)))
      return sub(mul(add(x, 1), falloff), 1)
    },
  }),
})
