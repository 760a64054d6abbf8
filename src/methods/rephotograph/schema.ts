/**
 * The schema of a run: one object in which every choice of the method is a key.
 *
 * It describes the *complete* config that a run is executed with. Config files are written against a relaxed form of
 * it (see src/config/kind.ts) in which everything may be absent or null, meaning "as the pack or the reference has it"; the
 * reference's values live in reference.ts. Because no key has a hidden default here, the complete config that is saved
 * with a run is the whole truth about it (the idea is k-diffusion's: the config travels inside the artefact).
 */
import { z } from 'zod'
import { filePath, marked } from '../../config/marks.ts'
import {
  learningRate,
  MOST_ALIGNED_PIXELS,
  MOST_PIXELS,
  nonNegative,
  positive,
  positiveInteger,
} from '../../config/schema-numbers.ts'
import { degradationSchema, referenceStages } from '../../degrade/schema.ts'
import { sensitivitySchema } from '../../degrade/spectral.ts'
import { enoughSchema } from '../../optimize/enough.ts'
import { optimizerKeys, optimizerNames } from '../../optimize/optimizers/index.ts'
import { commonKeys, methodKey, outputSchema, pasteSchema } from '../common-schema.ts'
import { lossesSchema } from './losses.ts'
import { tuneSchema } from './tune/schema.ts'

/** An encoder at 1024 px takes two gigabytes. */
const MOST_ENCODED_PIXELS = 1024

/** Layers of a latent: 18 at 1024 px, two more for each doubling. */
const MOST_LAYERS = 32

/** From 4 px to 2048. */
const MOST_STAGES = 10

const alignSchema = z.strictObject({
  mode: z
    .enum(['auto', 'none'])
    .describe('"auto" finds the face and cuts the FFHQ crop; "none" takes the picture as already aligned.'),
  face: positiveInteger(1000)
    .nullable()
    .describe('Which face, counted from 1 as the error message lists them; null: the only one in the picture.'),
  landmarks: filePath(
    'File with the 68 points of the face instead of finding them: JSON of the usual tools or lines of "x y" (docs/align.md); null: find.',
  ),
  turn: z
    .union([z.literal('auto'), z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
    .describe(
      'Degrees clockwise that make the picture upright before the face is looked for; "auto": the turn in which a plausible face is upright.',
    ),
  doubt: z
    .enum(['refuse', 'accept'])
    .describe(
      'What becomes of a face, found or given, that something speaks against: "refuse" says what, "accept" takes it all the same.',
    ),
  outputSize: z
    .union([positiveInteger(MOST_ALIGNED_PIXELS), z.literal('crop')])
    .describe(
      'Side of the aligned picture in pixels; "crop" keeps the size the crop has in the picture, as the reference does without --resize. By default the size of the generator.',
    ),
  transformSize: positiveInteger(MOST_ALIGNED_PIXELS).describe(
    'Side in pixels to which the crop is sampled before it is scaled down; by default 4 × the size of the generator.',
  ),
})

const encodeSchema = z.strictObject({
  mix: z
    .tuple([z.int().min(0).max(MOST_LAYERS), z.int().min(0).max(MOST_LAYERS)])
    .describe('Layers [start, end) of the shape code that the colour code replaces; by default the last 8/18 of them.'),
  e4eSize: positiveInteger(MOST_ENCODED_PIXELS).describe('Side of the picture that the shape encoder sees.'),
  colorSize: positiveInteger(MOST_ENCODED_PIXELS).describe('Side of the picture that the colour encoder sees.'),
})

const initSchema = z.strictObject({
  latent: filePath('File with a latent to start from (.safetensors, .npy or a reference .pt); null: encode the input.'),
  noise: filePath(
    'File with noise maps to start from (as for the latent); maps it lacks, and all of them for null, are drawn.',
  ),
})

const targetSchema = z.strictObject({
  color: z
    .enum(['gray', 'keep'])
    .describe(
      '"gray": the input is turned to gray, as the reference does; "keep": a painting keeps its colours, and skin matching moves only its tones. The stages of the degradation then must not turn the result to gray (spectral: null).',
    ),
})

const histogramSchema = z.strictObject({
  match: z.boolean().describe("Match the skin's histogram of the input to that of the sibling before optimizing."),
  quantize: z
    .enum(['truncate', 'round'])
    .describe('How pictures become 8-bit before the matching. "truncate" is a quirk of the reference.'),
  skinClasses: z
    .array(z.int().min(0).max(255))
    .min(1)
    .max(256)
    .describe("The face parser's classes that count as skin."),
})

const optimizerSchema = z.strictObject({
  name: z.enum(optimizerNames).describe('The update rule; started afresh at each stage.'),
  ...optimizerKeys,
})

const optimizeSchema = z.strictObject({
  steps: z
    .array(positiveInteger(1_000_000))
    .min(1)
    .max(MOST_STAGES)
    .describe('Number of steps of each stage; as many stages as numbers.'),
  coarseMin: z
    .int()
    .min(4)
    .max(MOST_PIXELS)
    .describe(
      'Resolution whose latent layers the first stage optimizes; it doubles with each stage. At most a quarter of the generator by default.',
    ),
  lr: learningRate().describe('Learning rate of the latent.'),
  noiseLr: learningRate().describe('Learning rate of the noise maps.'),
  cameraLr: learningRate().describe('Learning rate of what the degradation learns (gamma, offset, gain).'),
  ramp: z
    .strictObject({
      up: z
        .number()
        .min(0)
        .max(1)
        .describe('Part of the run in which all rates rise from nothing; 0: they are there at once.'),
      down: z
        .number()
        .min(0)
        .max(1)
        .describe('Part of the run, at its end, in which they fall to nothing along half a cosine; 0: they stay.'),
    })
    .describe('How the learning rates change over the run.'),
  enough: enoughSchema,
  optimizer: optimizerSchema.describe('How gradients become steps.'),
  normalizeNoise: z.boolean().describe('Bring every noise map back to mean 0 and deviation 1 after each step.'),
  latentNoise: z
    .strictObject({
      strength: nonNegative(1000).describe('Its strength; 0: none.'),
      ramp: positive(1).describe('Part of the run after which it has faded to nothing.'),
    })
    .describe('Noise added to the latent while optimizing.'),
})

const ageSchema = z.strictObject({
  keep: z
    .enum(['off', 'start', 'end'])
    .describe(
      'Whether the face is made as old as the input looks, along the age direction of the generator: "start" moves the first latent, and the optimization goes on from there; "end" moves the latent that it ended with; "off": neither.',
    ),
  layers: z
    .tuple([z.int().min(0).max(MOST_LAYERS), z.int().min(0).max(MOST_LAYERS)])
    .describe(
      'Layers [start, end) of the latent that move; by default those before encode.mix, so that colours stay what they are.',
    ),
})

const finishSchema = z.strictObject({
  upscale: z
    .boolean()
    .describe(
      "Whether the pack's upscaler enlarges the result: result-large.png beside result.png, and in the whole photograph. The detail in it is invented.",
    ),
})

const truthSchema = z.strictObject({
  picture: filePath(
    'The aligned picture that should come out (of a synthetic input), to measure the result by; null: unknown.',
  ),
  degradation: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .nullable()
    .describe(
      'The true degradation, stages and parameters named as in `degradation`, to measure the learned camera by; null: unknown.',
    ),
})

/** The complete config of a run. */
export const runSchema = z.strictObject({
  method: methodKey('rephotograph'),
  ...commonKeys,
  sensitivity: marked(
    sensitivitySchema.describe(
      'What the emulsion saw: "b" blue (before 1873), "gb" blue and green (1873 to 1906, also "b"), "g" everything (later). Chooses the colour encoder, the histogram match and the spectral stage. A config may say "auto": guessed from the picture.',
    ),
    { auto: true },
  ),
  align: alignSchema.describe('From the picture to the aligned square.'),
  encode: encodeSchema.describe('From the aligned square to the first latent.'),
  init: initSchema.describe('Starting points that replace the encoded ones.'),
  target: targetSchema.describe('What the result is compared with.'),
  histogram: histogramSchema.describe('Skin histogram matching of the input to the sibling.'),
  degradation: marked(
    degradationSchema.describe(
      'What the camera and the film did to the photograph: stages by name, applied in the order of the keys; null removes one.',
    ),
    { ordered: referenceStages },
  ),
  losses: lossesSchema.describe('The terms of the objective; weight 0 leaves one out.'),
  optimize: optimizeSchema.describe('Stages, learning rates and the optimizer.'),
  age: ageSchema.describe('How old the face looks (docs/tuning.md).'),
  tune: tuneSchema.describe('Tuning of the generator itself at the end of a run (docs/tuning.md).'),
  finish: finishSchema.describe('What becomes of the result after the optimization.'),
  truth: truthSchema.describe('What a synthetic input is known to come from. Only metrics.json sees it.'),
  paste: pasteSchema,
  output: outputSchema,
})

/** A complete config: nothing left to the pack; null only where it is a choice of its own ("detect", "draw"). */
export type ResolvedConfig = z.infer<typeof runSchema>
