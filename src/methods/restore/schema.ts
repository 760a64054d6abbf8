/** Every choice of restoring a photograph as a key. */
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
  scratches: z
    .strictObject({
      from: z
        .enum(['auto', 'none', 'mask'])
        .describe('Who says where the photograph is scratched: the detector, nobody (nothing is filled in), a mask.'),
      mask: filePath('Picture of the size of the photograph, white where it is damaged; for from "mask".'),
      threshold: z
        .number()
        .gt(0)
        .lt(1)
        .nullable()
        .describe(
          "From which likelihood on the detector is believed; null: the network's own, 0.4 in the official one.",
        ),
      grow: z
        .int()
        .min(0)
        .max(64)
        .nullable()
        .describe(
          'Pixels by which the damage is widened before it is filled; null: 3 at high resolution; half a pixel of the detector for what it found, with networks that add to the photograph; else 0.',
        ),
    })
    .describe('Scratches, cracks and missing pieces.'),
  highResolution: z
    .boolean()
    .describe(
      'Damage is filled from whole patches that resemble it instead of by attention between all positions, whose time grows with the square of the photograph.',
    ),
  tiles: z
    .strictObject({
      side: z
        .int()
        .min(0)
        .max(8192)
        .describe(
          'Most pixels that go through the networks at once, along a side; 0: as memory allows, 256 with damage.',
        ),
      margin: z
        .int()
        .min(0)
        .max(1024)
        .nullable()
        .describe('What a tile sees beyond its own part; null: as far as the networks look, at most 32.'),
    })
    .describe(
      'For networks with batch norm. Instance norm takes statistics of the whole photograph, which is not cut then.',
    ),
  attention: z.strictObject({
    block: z
      .int()
      .min(0)
      .max(65_536)
      .describe('Positions that look for what fits them at once; 0: as many as 128 MB hold. Results are equal.'),
  }),
  faces: z
    .enum(['none', '256', '512'])
    .describe('Whether faces are restored one by one and put back, and by the network of which size.'),
  fit: z
    .enum(['border', 'resize'])
    .describe(
      'How sides become multiples of 4 (16 with damage, 32 at high resolution): a mirrored border that is cut off again, or as in the official code the photograph is resized and stays so.',
    ),
  stretch: z
    .boolean()
    .nullable()
    .describe(
      'Tones are stretched so that the darkest is black and the brightest white, as the official code saves its pictures; null: of networks that draw the whole picture, not of those that add to it.',
    ),
  keepGray: z
    .boolean()
    .describe(
      'A gray photograph stays gray, and one in a single tone (sepia) is restored as gray and given its tone back.',
    ),
  means: z
    .enum(['networks', 'median', 'none'])
    .describe(
      'What restores: the networks; for comparisons a median filter, or nothing at all, which need no pack and leave tones alone.',
    ),
  medianSide: z.int().min(3).max(31).describe('Side of the window of the median filter in pixels, an odd number.'),
  truth: truthSchema,
  output: resultFileSchema,
}

/** Schema of a complete config of this method. */
export const restoreSchema = z.strictObject({ method: methodKey('restore'), ...commonKeys, ...keys })

/** The configs of this method. */
export const restoreConfig = configKind('restore', restoreSchema)

/** A complete config. */
export type RestoreConfig = z.infer<typeof restoreSchema>

/** What a config file may say, besides `extends`. */
export type RestoreFragment = Relaxed<RestoreConfig>

/** The method's own defaults. */
export const restoreDefaults: RestoreConfig = {
  method: 'restore',
  ...commonDefaults,
  scratches: { from: 'auto', mask: null, threshold: null, grow: null },
  highResolution: false,
  tiles: { side: 0, margin: null },
  attention: { block: 0 },
  faces: 'none',
  fit: 'border',
  stretch: null,
  keepGray: true,
  means: 'networks',
  medianSide: 3,
  truth: truthDefaults,
  output: resultFileDefaults,
}
