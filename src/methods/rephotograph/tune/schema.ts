/** What a config may say of tuning the generator. */
import { z } from 'zod'
import { learningRate, nonNegative } from '../../../config/schema-numbers.ts'

const localitySchema = z.strictObject({
  weight: nonNegative(1e15).describe(
    'Weight of the difference that tuning makes to faces nearby: what keeps the generator a generator of faces; 0 leaves it out.',
  ),
  reach: z
    .number()
    .gt(0)
    .max(1)
    .describe('How near they are: this share of the way from the portrait to a random face.'),
})

export const tuneSchema = z.strictObject({
  steps: z
    .int()
    .min(0)
    .max(1_000_000)
    .describe(
      'Steps that move the generator itself after the latents have found their place (pivotal tuning); 0: none.',
    ),
  lr: learningRate().describe('Learning rate of its weights (Adam).'),
  locality: localitySchema.describe('Faces nearby shall stay what they are.'),
})

export type TuneConfig = z.infer<typeof tuneSchema>
export type LocalityConfig = TuneConfig['locality']

/** Roich et al. 2021: Adam at 3e-4, at most 350 steps. */
export const tuneDefaults: TuneConfig = { steps: 0, lr: 3e-4, locality: { weight: 0.1, reach: 0.5 } }
