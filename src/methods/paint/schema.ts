/** Every choice of painting a photograph as a key. */
import { z } from 'zod'
import { configKind, type Relaxed } from '../../config/kind.ts'
import { filePath } from '../../config/marks.ts'
import { commonDefaults, commonKeys, methodKey, resultFileDefaults, resultFileSchema } from '../common-schema.ts'

const alignSchema = z
  .strictObject({
    mode: z
      .enum(['auto', 'none'])
      .describe(
        '"auto" finds the face and cuts the square around it that faces of all such networks fill; "none" paints the picture as it is, of any shape.',
      ),
    face: z
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .describe('Which of several faces, from the left, from 1; null: the only one.'),
    landmarks: filePath('File with the 68 points of the face instead of finding them (docs/align.md); null: find.'),
    turn: z
      .union([z.literal('auto'), z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
      .describe('Degrees clockwise that make the picture upright; "auto": as its face says.'),
    doubt: z
      .enum(['refuse', 'accept'])
      .describe(
        'What becomes of a face that something speaks against: "refuse" says what, "accept" takes it all the same.',
      ),
  })
  .describe('Where the face is: photographs and paintings are framed alike when both are cut out by it.')

const keys = {
  network: z.strictObject({
    file: filePath('Weights of a network that paints, of any layout that is known; null: that of the pack.'),
    statistics: z
      .enum(['stored', 'picture'])
      .describe(
        "Of batch norms, where the network has them: those of its training, or the picture's own, as pix2pix itself has it without `--eval`.",
      ),
  }),
  align: alignSchema,
  size: z
    .int()
    .min(32)
    .max(8192)
    .nullable()
    .describe(
      "Side of the square that is painted, or the longer side of a picture that is not aligned; null: what the network was trained on, or the picture's own.",
    ),
  strength: z.number().min(0).max(1).describe('Share of the painting in the result; the rest is the photograph.'),
  paste: z
    .strictObject({
      mode: z
        .enum(['square', 'off'])
        .describe(
          '"square": whole.png is the photograph with the painted square in it, its edge softened; "off": no whole.png.',
        ),
    })
    .describe('The whole photograph with the painting in it.'),
  output: resultFileSchema.extend({
    what: z
      .enum(['portrait', 'whole'])
      .describe('What is written: the painted square, or the whole photograph with it.'),
  }),
}

/** Schema of a complete config of this method. */
export const paintSchema = z.strictObject({ method: methodKey('paint'), ...commonKeys, ...keys })

/** The configs of this method. */
export const paintConfig = configKind('paint', paintSchema)

/** A complete config. */
export type PaintConfig = z.infer<typeof paintSchema>

/** What a config file may say, besides `extends`. */
export type PaintFragment = Relaxed<PaintConfig>

/** The method's own defaults. */
export const paintDefaults: PaintConfig = {
  method: 'paint',
  ...commonDefaults,
  network: { file: null, statistics: 'stored' },
  align: { mode: 'auto', face: null, landmarks: null, turn: 'auto', doubt: 'refuse' },
  size: null,
  strength: 1,
  paste: { mode: 'square' },
  output: { ...resultFileDefaults, what: 'portrait' },
}
