/**
 * Schema of the degradation: the learnable camera as an ordered map of stages.
 *
 * A stage is known by its key. To add one: give it a schema here, its reference value (if it is on by default) in
 * reference.ts, and its graph function in src/degrade. Order matters, so the map is merged with care (merge.ts).
 */
import { z } from 'zod'
import { nonNegative, positive } from './schema-numbers.ts'

/** Spectral sensitivity of the emulsion. */
export const sensitivitySchema = z.enum(['b', 'gb', 'g'])

/** 'b' blue-sensitive, 'gb' orthochromatic, 'g' panchromatic. */
export type Sensitivity = z.infer<typeof sensitivitySchema>

const blur = z.strictObject({
  radius: nonNegative.describe('Radius (sigma) of the blur; 0: none. 0.75 suits a sharp antique portrait.'),
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
})

const downsample = z.strictObject({
  kernel: z.enum(['reference', 'gaussian']).describe('Kernel of the blur before sampling, as for the blur stage.'),
  grid: z
    .enum(['reference', 'exact'])
    .describe(
      'Where samples are taken when the sizes do not divide: "reference" has half a pixel of shift and an even kernel (quirk); "exact" is centred.',
    ),
})

const spectral = z.strictObject({
  sensitivity: sensitivitySchema.describe("How colour becomes gray; by default the run's sensitivity."),
})

const response = z.strictObject({
  learn: z.boolean().describe('Learn gamma, offset and gain; false keeps them at their start.'),
  gamma: positive.describe('Start of the exponent.'),
  offset: z.number().describe('Start of the offset.'),
  gain: positive.describe('Start of the factor.'),
})

/** Every stage there is, by key. A run may leave any of them out. */
export const stageSchemas = { blur, downsample, spectral, response }

/** The ordered map of stages. */
export const degradationSchema = z.strictObject({
  blur: z.exactOptional(blur.describe('Blur of lens and paper.')),
  downsample: z.exactOptional(
    downsample.describe('Reduction to the size that a loss compares at; its place in the order is where that happens.'),
  ),
  spectral: z.exactOptional(spectral.describe('From colour to what the emulsion recorded.')),
  response: z.exactOptional(response.describe('Tone curve offset + gain·u^gamma, fitted along with the face.')),
})
