/** Every choice of a style in one pass as a key. */
import { z } from 'zod'
import { configKind, type Relaxed } from '../../config/kind.ts'
import { filePath, marked } from '../../config/marks.ts'
import { commonDefaults, commonKeys, methodKey } from '../common-schema.ts'

const styleSchema = z.strictObject({
  picture: marked(z.string().min(1).max(4096).describe('A picture whose style is taken.'), { file: true }),
  weight: z.number().gt(0).max(1e6).optional().describe('Its share among several styles; 1 where nothing is said.'),
})

const keys = {
  styles: z
    .array(styleSchema)
    .max(16)
    .describe('The styles, whose vectors are mixed by their weights; empty for a network that knows one style only.'),
  network: z.strictObject({
    file: filePath(
      'Weights of a transformer of styles, or of a network of one style, of any layout that is known; null: those of the pack.',
    ),
    predictor: filePath(
      "Weights of the predictor that goes with the transformer; null: that of the pack where the transformer is the pack's, else none.",
    ),
  }),
  size: z
    .int()
    .min(16)
    .max(8192)
    .nullable()
    .describe('Longer side of the result in pixels; null: that of the content.'),
  strength: z
    .number()
    .min(0)
    .max(1)
    .describe('How much of the style: 0 leaves the content as it is, as far as the network can.'),
  strengthBy: z
    .enum(['auto', 'vector', 'pixels'])
    .describe(
      'What the strength mixes: "vector" the numbers of the style with those of the content itself, "pixels" the picture with the content; "auto": vectors where there is a predictor.',
    ),
  fit: z
    .strictObject({
      steps: z
        .int()
        .min(0)
        .max(10_000)
        .nullable()
        .describe(
          'Steps by which the vector of each style is fitted through the transformer; null: 150 without a predictor, else 0.',
        ),
      lr: z.number().gt(0).max(10).describe('Learning rate of the numbers.'),
      side: z.int().min(32).max(1024).describe('Longer side in pixels of content and style while it is fitted.'),
      styleWeight: z.number().gt(0).max(1e15).describe('Weight of the Gram matrices against the content.'),
    })
    .describe('A vector that is fitted to a style: better than a predicted one, or without a predictor.'),
  strip: z.int().min(0).max(11).describe('How many strengths the strip of the report shows, from 0 to 1; 0: no strip.'),
}

/** Schema of a complete config of this method. */
export const fastStyleSchema = z.strictObject({ method: methodKey('fast-style'), ...commonKeys, ...keys })

/** The configs of this method. */
export const fastStyleConfig = configKind('fast-style', fastStyleSchema)

/** A complete config. */
export type FastStyleConfig = z.infer<typeof fastStyleSchema>

/** What a config file may say, besides `extends`. */
export type FastStyleFragment = Relaxed<FastStyleConfig>

/** The method's own defaults. */
export const fastStyleDefaults: FastStyleConfig = {
  method: 'fast-style',
  ...commonDefaults,
  styles: [],
  network: { file: null, predictor: null },
  size: null,
  strength: 1,
  strengthBy: 'auto',
  fit: { steps: null, lr: 0.05, side: 256, styleWeight: 3e5 },
  strip: 5,
}
