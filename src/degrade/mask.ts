// Scratches, stains and missing corners: where a mask is white, the target's own pixels take the place of the result's, so
// that there is nothing to compare and nothing to learn from. Done in the picture and not in the losses, every loss that
// looks at the degraded result follows, and a feature network sees no hole. It belongs at the end of the stages.
//
// A mask is a picture of the aligned square: paint over the run's aligned.png. A pixel that is white to any noticeable
// part at the size of a loss is white there, since a reduced scratch has spread.

import { z } from 'zod'
import { filePath } from '../config/marks.ts'
import { add, mul, sub } from '../graph/elementwise.ts'
import { concat } from '../graph/layout.ts'
import { constant } from '../graph/tensor.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { toGray } from '../images/gray.ts'
import { resize } from '../images/resample.ts'
import { stageKind } from './stage.ts'

/** Of 255: how white a reduced pixel must be to count. */
const NOTICEABLE = 12

/** 1 where the mask is white at this size, 0 elsewhere. */
export function maskAt(mask: Bitmap, width: number, height: number): Float64Array {
  const gray = toGray(mask)
  const fitting = gray.width === width && gray.height === height ? gray : resize(gray, width, height, 'bilinear')
  return Float64Array.from(fitting.data, (v) => (v > NOTICEABLE ? 1 : 0))
}

/** Under this name the mask that was found stands among the pictures of a run. */
export const FOUND = 'found by the detector'

function either(masks: readonly Float64Array[]): Float64Array {
  return masks[0]!.map((_, i) => Math.max(...masks.map((one) => one[i]!)))
}

export const mask = stageKind({
  schema: z
    .strictObject({
      file: filePath(
        'Picture of the aligned square, white where the losses shall not look; null: they look everywhere.',
      ),
      find: z
        .boolean()
        .describe("Look for scratches in the aligned picture with the pack's detector and leave those out, too."),
    })
    .describe('Scratches and missing areas that the losses ignore.'),
  defaults: { file: null, find: false },
  files: ({ file }) => (file === null ? [] : [file]),
  make: ({ file, find }, files) => ({
    parameters: [],
    apply: (x, _, { old }) => {
      const masks = [file === null ? undefined : files.get(file), find ? files.get(FOUND) : undefined]
      const pictures = masks.filter((picture) => picture !== undefined)
      if (pictures.length === 0 || !old) return x
      const [, c, h, w] = x.shape as [number, number, number, number]
      const white = constant(() => either(pictures.map((picture) => maskAt(picture, w, h))), [1, 1, h, w])
      const color = c === 1 ? concat([x, x, x], 1) : x
      return add(color, mul(white, sub(old({ height: h, width: w }), color)))
    },
  }),
})
