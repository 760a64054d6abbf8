// Blur of lens and paper: a Gaussian of fixed or learned radius.
//
// Fixed, it is the reference's, which cuts its kernel after ⌊2r + 0.5⌋ pixels, at once. Learned, the outermost tap fades
// in as the radius grows, so that the kernel is continuous in it; at radii that are multiples of a half both are equal.

import { z } from 'zod'
import { marked } from '../config/marks.ts'
import { MOST_RADIUS, nonNegative, positive } from '../config/schema-numbers.ts'
import { gaussianBlur, learnedBlur } from './gaussian.ts'
import { bounds, learning, stageKind } from './stage.ts'

export const blur = stageKind({
  schema: z
    .strictObject({
      radius: marked(
        nonNegative(MOST_RADIUS).describe(
          'Radius (sigma) of the blur; 0: none. 0.75 suits a sharp antique portrait. Learned: its start. A config may say "auto": guessed from the picture.',
        ),
        { auto: true },
      ),
      kernel: z
        .enum(['reference', 'gaussian'])
        .describe(
          '"reference" squares half the distance, so that the effective sigma is √2 times the radius (quirk); "gaussian" means what it says.',
        ),
      unit: z
        .enum(['pixels', 'at1024'])
        .describe(
          'What the radius counts: pixels of the generator (quirk: the same number whatever its size) or pixels of a 1024 px face.',
        ),
      ...learning,
      bounds: z
        .strictObject({
          radius: z
            .tuple([positive(MOST_RADIUS), positive(MOST_RADIUS)])
            .describe('Lowest and highest radius, in its unit. Below a fifth of a pixel it has no slope to learn by.'),
        })
        .describe('Limits of what is learned.'),
    })
    .describe('Blur of lens and paper.'),
  defaults: {
    radius: 0.75,
    kernel: 'reference',
    unit: 'pixels',
    learn: false,
    lr: null,
    bounds: { radius: [0.25, 4] },
  },
  make: (config) => {
    const { radius, kernel, unit, learn, lr } = config
    const pixels = (size: number) => (unit === 'at1024' ? size / 1024 : 1)
    if (!learn) return { parameters: [], apply: (x, _, { size }) => gaussianBlur(x, radius * pixels(size), kernel) }
    const [low, high] = config.bounds.radius
    const start = [Math.min(Math.max(radius, low), high)]
    return {
      parameters: [
        { name: 'radius', shape: [1], start, learn, lr, pace: unit === 'at1024' ? 8 : 1, bounds: bounds([low, high]) },
      ],
      apply: (x, parameters, { size }) =>
        learnedBlur(x, parameters.radius!, { scale: pixels(size), largest: high * pixels(size), rule: kernel }),
    }
  },
})
