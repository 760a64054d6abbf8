/**
 * Schema of the objective: a map of loss terms, each with its weight and what else it needs.
 *
 * A term is known by its key, which is also its name in losses.csv and in the report. To add one: a schema here, its
 * reference value in reference.ts (weight 0 when the reference has no such term), its graph function in src/optimize.
 */
import { z } from 'zod'
import { nonNegative, positive, positiveInteger } from './schema-numbers.ts'

const weight = (what: string) => nonNegative.describe(`Weight of ${what}; 0 leaves it out.`)
/** Names of the layers behind each ReLU; VGG19 has one more in its deep blocks. */
const layers = (network: 'VGG16' | 'VGG19' | 'VGG-Face') =>
  z
    .array(
      z.string().regex(network === 'VGG19' ? /^relu(?:[12]_[12]|[345]_[1-4])$/ : /^relu(?:[12]_[12]|[345]_[1-3])$/),
    )
    .min(1)
    .describe(`Layers of the pack's ${network} that are compared.`)
const sibling = z.enum(['fresh', 'first'])

const face = z.strictObject({
  weight: weight('the comparison of the whole face'),
  size: positiveInteger.describe(
    "Side at which degraded result and target are compared (the reference's recon_size). By default 256, at most half the generator.",
  ),
  vgg: nonNegative.describe('Share of the VGG16 distance.'),
  vggFace: nonNegative.describe('Share of the VGG-Face distance.'),
  vggLayers: layers('VGG16'),
  vggFaceLayers: layers('VGG-Face'),
  vggFaceRange: z
    .enum(['unit', 'byte'])
    .describe('Range of the pictures that VGG-Face sees: "unit" is 0..1, a quirk; it was trained on "byte", 0..255.'),
})

const eye = z.strictObject({
  weight: weight('the comparison of the eyes'),
  vggLayers: layers('VGG16'),
  side: positiveInteger.describe("Side of an eye's window, in pixels of a 1024 px face."),
  centers: z
    .array(z.tuple([z.number().min(0).max(1024), z.number().min(0).max(1024)]))
    .min(1)
    .describe('Centres [row, column] of the windows, in pixels of a 1024 px face.'),
})

const contextual = z.strictObject({
  weight: weight('the contextual loss, which takes detail and colour from the sibling'),
  layers: layers('VGG19'),
  window: positiveInteger.describe(
    'Side of the random window that is compared; smaller than the generator. By default 256, at most half the generator.',
  ),
  points: positiveInteger.describe('Most points of a layer that are compared; more are thinned at random.'),
  bandwidth: positive.describe('Bandwidth h of the similarity exp((1 − d)/h).'),
  sibling: sibling.describe(
    'Compare with a sibling drawn afresh at each stage ("fresh", a quirk: colour transfer keeps the first) or with the first.',
  ),
})

const colorTransfer = z.strictObject({
  weight: weight('the colour statistics of the sibling'),
  levels: positiveInteger.describe(
    'How many of the coarsest colour outputs of the generator are compared; by default those up to the resolution of the last stage.',
  ),
  sibling: sibling.describe('The sibling to compare with, as for the contextual loss.'),
})

const noise = z.strictObject({
  weight: weight('the whiteness of the noise maps'),
  minSize: z.int().min(1).describe('Side down to which the maps are halved and looked at again.'),
})

/** The terms of the objective, by key. */
export const lossesSchema = z.strictObject({
  face: face.describe('The degraded result looks like the target.'),
  eye: eye.describe('So do its eyes, at full size.'),
  contextual: contextual.describe('The result has the detail of the sibling, wherever it may lie.'),
  colorTransfer: colorTransfer.describe("The generator's colour outputs have the statistics of the sibling's."),
  noise: noise.describe('The noise maps stay noise.'),
})
