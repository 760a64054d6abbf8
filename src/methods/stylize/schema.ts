/**
 * Every choice of style transfer by optimisation as a key. Pictures are in 0..1; a generator of faces has no part in it.
 */
import { z } from 'zod'
import { configKind, type Relaxed } from '../../config/kind.ts'
import { filePath, marked } from '../../config/marks.ts'
import { gramNormalizations } from '../../losses/gram-style.ts'
import { variationForms } from '../../losses/total-variation.ts'
import { enoughSchema, neverEnough } from '../../optimize/enough.ts'
import { lbfgsKeys } from '../../optimize/lbfgs.ts'
import { optimizerKeys, optimizerNames } from '../../optimize/optimizers/index.ts'
import { commonDefaults, commonKeys, methodKey, outputSchema } from '../common-schema.ts'
import { statisticsNames } from './statistics.ts'

/** Layers behind a ReLU (relu4_2) or before it (conv4_2). */
const layer = z.string().regex(/^(?:relu|conv)(?:[12]_[12]|[345]_[1-4])$/)
const layers = z.array(layer).min(1).max(16)
const layerWeights = z.array(z.number().min(0).max(1e6)).min(1).max(16).nullable()
const weight = z.number().min(0).max(1e15)

const styleSchema = z.strictObject({
  picture: marked(z.string().min(1).max(4096).describe('A picture whose style is taken.'), { file: true }),
  weight: z.number().gt(0).max(1e6).optional().describe('Its share among several styles; 1 where nothing is said.'),
  mask: filePath('Gray picture that says which part of the style counts (white); null: all of it.').optional(),
  region: filePath(
    "Gray picture of the content's shape that says where this style goes (white); null: everywhere. Styles of one region are mixed.",
  ).optional(),
})

const keys = {
  styles: z.array(styleSchema).max(16).describe('The styles; empty where only content counts.'),
  network: z.strictObject({
    role: z
      .enum(['auto', 'vgg19_style', 'vgg19', 'vgg16'])
      .describe(
        'Which network of the pack looks: "auto" takes the one that was made for styles where the pack has it, else its VGG19.',
      ),
    pooling: z
      .enum(['max', 'average', 'l2'])
      .describe(
        'How maps are halved between blocks: "max" as the network was trained; "average" gives smoother pictures (Gatys).',
      ),
    border: z
      .enum(['zero', 'replicate'])
      .describe('What the first convolution sees beyond the edge; "replicate" keeps the frame of the picture quiet.'),
  }),
  size: z.strictObject({
    scales: z
      .array(z.int().min(16).max(8192))
      .min(1)
      .max(12)
      .describe(
        "Longer side of the picture at each scale in pixels, coarse to fine: each begins with the last one's result.",
      ),
    styleScale: z
      .number()
      .min(0.1)
      .max(10)
      .describe('Size of the style pictures against the content: larger brush strokes above 1.'),
    tile: z
      .union([z.literal('auto'), z.int().min(0).max(8192)])
      .describe(
        'Most pixels of a side that are looked at once: a larger picture is computed tile by tile, to the same result. "auto" does so above two megapixels; 0: never.',
      ),
  }),
  content: z.strictObject({
    weight: weight.describe('Weight of what is shown; 0 leaves it out.'),
    layers: layers.describe('Layers whose features are compared at every place.'),
    layerWeights: layerWeights.describe('Weight of each of these layers; null: all alike.'),
    form: z
      .enum(['mean', 'half-sum'])
      .describe('"mean" of the squared differences, or "half-sum": half their sum, as Gatys has it.'),
  }),
  style: z.strictObject({
    weight: weight.describe('Weight of how it is painted; 0 leaves it out.'),
    layers: layers.describe('Layers whose statistics are compared.'),
    layerWeights: layerWeights.describe('Weight of each of these layers; null: all alike.'),
    statistics: z
      .enum(statisticsNames)
      .describe(
        '"gram": which features occur together (Gatys); "moments": mean and deviation of each (AdaIN); "wasserstein": means and covariances as normal distributions (Crowson).',
      ),
    normalization: z
      .enum(gramNormalizations)
      .describe(
        'Of Gram matrices, by school. They weigh layers of many channels against those of few by factors of up to 64.',
      ),
  }),
  variation: z.strictObject({
    weight: weight.describe('Weight of the total variation of the picture; 0 leaves it out.'),
    form: z
      .enum(variationForms)
      .describe('"absolute": Σ|d|; "squared": Σd²; "nine-point": mean squares, diagonals too.'),
  }),
  pixels: z.strictObject({
    weight: weight.describe('Weight of the mean squared difference to the content, pixel by pixel.'),
  }),
  gradients: z
    .enum(['plain', 'normalized'])
    .describe(
      '"normalized": the pull of every layer is brought to one size before the weights count, so that they mean the same for any network.',
    ),
  start: z.strictObject({
    from: z
      .enum(['content', 'noise', 'style', 'picture'])
      .describe('"content"; "noise"; "style": noise with the colours of the style; "picture": the file in `picture`.'),
    picture: filePath('What to start from, for "picture".'),
    noise: z.number().min(0).max(1).describe('Share of noise that is mixed into what is started from.'),
    kind: z
      .enum(['normal', 'truncated', 'uniform'])
      .describe('Noise around mid-gray: "truncated" draws anew what is beyond two deviations.'),
    deviation: z.number().gt(0).max(1).describe('Deviation of the noise; half the width of uniform noise.'),
  }),
  color: z
    .enum(['style', 'luminance', 'histogram', 'cholesky', 'symmetric', 'coral'])
    .describe(
      'Whose colours: "style" paints with the style\'s; "luminance" keeps the content\'s and takes only light and dark; the others give the style the colours of the content before it begins: by histogram, or by one of three linear maps.',
    ),
  faces: z.strictObject({
    style: z.number().min(0).max(1).describe('How much the style counts in faces against elsewhere; 1: as elsewhere.'),
    content: z.number().min(1).max(100).describe('How much more the content counts in faces; 1: as elsewhere.'),
  }),
  optimize: z.strictObject({
    steps: z
      .array(z.int().min(1).max(100_000))
      .min(1)
      .max(12)
      .describe('Steps at each scale; the last number stands for all further ones.'),
    enough: enoughSchema,
    lr: z.number().gt(0).max(100).describe('Learning rate, in units of the range 0..1.'),
    optimizer: z.strictObject({
      name: z
        .enum([...optimizerNames, 'lbfgs'])
        .describe(
          '"adam" and its kin, or "lbfgs": fewer, better steps that remember many moves; a rate of 1 is meant for it.',
        ),
      ...optimizerKeys,
      ...lbfgsKeys,
    }),
    clamp: z.boolean().describe('Keep pixels in 0..1 after every step.'),
  }),
  keep: z.strictObject({
    result: z
      .enum(['last', 'best', 'average'])
      .describe('What the result is: the last picture, the one of lowest loss, or an average of the latest.'),
    decay: z.number().min(0).lt(1).describe('Decay of that average.'),
  }),
}

/** Schema of a complete config of this method. */
export const stylizeSchema = z.strictObject({
  method: methodKey('stylize'),
  ...commonKeys,
  ...keys,
  output: outputSchema,
})

/** The configs of this method. */
export const stylizeConfig = configKind('stylize', stylizeSchema)

/** A complete config. */
export type StylizeConfig = z.infer<typeof stylizeSchema>

/** What a config file may say, besides `extends`. */
export type StylizeFragment = Relaxed<StylizeConfig>

/** The method's own defaults. */
export const stylizeDefaults: StylizeConfig = {
  method: 'stylize',
  ...commonDefaults,
  styles: [],
  network: { role: 'auto', pooling: 'average', border: 'replicate' },
  size: { scales: [256, 512], styleScale: 1, tile: 'auto' },
  content: { weight: 1, layers: ['relu4_2'], layerWeights: null, form: 'mean' },
  style: {
    weight: 3e5,
    layers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'],
    layerWeights: null,
    statistics: 'gram',
    normalization: 'neural-style',
  },
  variation: { weight: 0, form: 'absolute' },
  pixels: { weight: 0 },
  gradients: 'plain',
  start: { from: 'content', picture: null, noise: 0, kind: 'normal', deviation: 0.25 },
  color: 'style',
  faces: { style: 1, content: 1 },
  optimize: {
    steps: [150],
    enough: neverEnough,
    lr: 0.02,
    optimizer: { name: 'adam', betas: [0.9, 0.99], eps: 1e-8, warmup: 'none', history: 50, lineSearch: 'none' },
    clamp: true,
  },
  keep: { result: 'last', decay: 0.95 },
  output: { frames: 12, saveEverySeconds: 30 },
}
