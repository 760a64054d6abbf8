/** A row of faces with their steps, ages and likeness below them. */
import type { Drawing, Picture, Words } from '../../../figure/drawing.ts'
import type { Bitmap } from '../../../images/bitmap.ts'
import { toColor } from '../../../images/gray.ts'
import { resize } from '../../../images/resample.ts'
import { encodePng } from '../../../images/write.ts'
import type { Seen } from './edited.ts'

const SIDE = 256
const GAP = 8
const WORDS = 52

/** @param steps from left to right */
export async function stripDrawing(
  steps: readonly { readonly by: number; readonly picture: Bitmap; readonly seen: Seen }[],
): Promise<Drawing> {
  const faces = await Promise.all(
    steps.map(async ({ by, picture, seen }, i): Promise<(Picture | Words)[]> => {
      const x = GAP + i * (SIDE + GAP)
      const bytes = await encodePng(toColor(resize(picture, SIDE, SIDE, 'bicubic')))
      const below = { kind: 'words', x: x + SIDE / 2, anchor: 'middle' } as const
      const step = `${by > 0 ? '+' : by < 0 ? '−' : ''}${Math.abs(by)}`
      const age = `${Math.round(seen.age)} years, likeness ${seen.identity.toFixed(2)}`
      return [
        { kind: 'picture', x, y: GAP, width: SIDE, height: SIDE, bytes },
        { ...below, y: SIDE + GAP + 24, text: step, size: 20 },
        { ...below, y: SIDE + GAP + 46, text: age, size: 14 },
      ]
    }),
  )
  return { width: steps.length * (SIDE + GAP) + GAP, height: SIDE + 2 * GAP + WORDS, items: faces.flat() }
}
