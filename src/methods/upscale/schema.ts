/** Every choice of enlarging by a network as a key. */
import { z } from 'zod'
import { configKind, type Relaxed } from '../../config/kind.ts'
import { filePath } from '../../config/marks.ts'
import {
  commonDefaults,
  commonKeys,
  methodKey,
  resultFileDefaults,
  resultFileSchema,
  truthDefaults,
  truthSchema,
} from '../common-schema.ts'

const keys = {
  network: z.strictObject({
    file: filePath('Weights of a network that enlarges, of any layout that is known; null: that of the pack.'),
    blend: filePath('A second file of the same architecture, whose weights are mixed in; null: none.'),
    share: z
      .number()
      .min(0)
      .max(1)
      .describe('Share of the first network in the mix: between denoising and not, or between sharp and faithful.'),
  }),
  size: z.strictObject({
    scale: z
      .number()
      .gt(0)
      .max(32)
      .nullable()
      .describe("How many times larger the result is, fractions too; null: the network's own scale."),
    width: z.int().min(1).max(200_000).nullable().describe('Width of the result in pixels, instead of a scale.'),
  }),
  tiles: z.strictObject({
    side: z
      .int()
      .min(0)
      .max(8192)
      .describe('Most pixels of the input that go through the network at once, along a side; 0: as memory allows.'),
    margin: z
      .int()
      .min(0)
      .max(1024)
      .nullable()
      .describe('What a tile sees beyond its own part; null: as far as the network looks, at most 32.'),
  }),
  flips: z
    .boolean()
    .describe('The mean of eight passes over the picture turned and mirrored: a little better, eight times as long.'),
  alpha: z
    .enum(['network', 'bicubic'])
    .describe('How transparency is enlarged: by the network like a gray picture, or smoothly.'),
  precision: z
    .enum(['single', 'half'])
    .describe('Numbers of 32 or of 16 bits; "half" where the device is quicker with them, a graphics card.'),
  truth: truthSchema,
  output: resultFileSchema,
}

/** Schema of a complete config of this method. */
export const upscaleSchema = z.strictObject({ method: methodKey('upscale'), ...commonKeys, ...keys })

/** The configs of this method. */
export const upscaleConfig = configKind('upscale', upscaleSchema)

/** A complete config. */
export type UpscaleConfig = z.infer<typeof upscaleSchema>

/** What a config file may say, besides `extends`. */
export type UpscaleFragment = Relaxed<UpscaleConfig>

/** The method's own defaults. */
export const upscaleDefaults: UpscaleConfig = {
  method: 'upscale',
  ...commonDefaults,
  network: { file: null, blend: null, share: 0.5 },
  size: { scale: null, width: null },
  tiles: { side: 0, margin: null },
  flips: false,
  alpha: 'network',
  precision: 'single',
  truth: truthDefaults,
  output: resultFileDefaults,
}
