// Where faces are in the content: found by the detector, outlined by the face parser in the square that it knows, and put back
// into the picture.

import { detectFaces } from '../../align/detect.ts'
import { cropSquare, type Quad } from '../../align/geometry.ts'
import { transformQuad } from '../../align/transform.ts'
import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { weightsOf } from '../../models/weights.ts'
import { parseFaces } from '../../parsing/parse-face.ts'
import type { Setting } from './setting.ts'

/** Labels of the official parser that are the face: skin, brows, eyes, glasses, nose, mouth and lips; no hair, ears, neck, clothes. */
const FACE = [1, 2, 3, 4, 5, 6, 10, 11, 12, 13]

/** The same of a parser whose classes have names. */
const FACE_NAMES = /^(?:skin|brows?|eyes?|glasses|nose|mouth|(?:upper |lower )?lips?)$/u

/** Labels that are the face. @param classes names of the labels, where they are not the official ones */
export function faceLabels(classes: readonly string[] | undefined): ReadonlySet<number> {
  return new Set(classes ? classes.flatMap((name, label) => (FACE_NAMES.test(name) ? [label] : [])) : FACE)
}

/** A gray picture of the content's sides, white in faces; undefined where none is found, which is said. */
export async function faceMask(
  { pack, compute }: Setting,
  content: Bitmap,
  warn: (message: string) => void,
): Promise<Bitmap | undefined> {
  const faces = (await detectFaces(content)).filter(({ clear }) => clear)
  if (faces.length === 0) {
    warn('no face was found in the content, so faces.style and faces.content have no effect')
    return undefined
  }
  const { inputSize, classes } = pack.layout('bisenet')
  const face = faceLabels(classes)
  const weights = weightsOf(pack, 'bisenet')
  const data = new Uint8Array(content.width * content.height)
  for (const { landmarks } of faces) {
    const { quad } = cropSquare(landmarks)
    const square = transformQuad(content, quad, inputSize, inputSize)
    const [labels] = await parseFaces(weights, [square], { inputSize, compile: compute.options })
    pasteMask(
      data,
      content,
      quad,
      labels!.map((label) => (face.has(label) ? 255 : 0)),
      inputSize,
    )
  }
  return createBitmap(content.width, content.height, 1, data)
}

/** Puts a mask of a square back into the picture; of what overlaps the larger value stays. */
function pasteMask(data: Uint8Array, { width, height }: Bitmap, quad: Quad, mask: Uint8Array, side: number): void {
  const [topLeft, bottomLeft, , topRight] = quad
  const right = [topRight[0] - topLeft[0], topRight[1] - topLeft[1]] as const
  const down = [bottomLeft[0] - topLeft[0], bottomLeft[1] - topLeft[1]] as const
  const area = right[0] * down[1] - right[1] * down[0]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x + 0.5 - topLeft[0], y + 0.5 - topLeft[1]]
      const u = Math.floor(((dx * down[1] - dy * down[0]) / area) * side)
      const v = Math.floor(((dy * right[0] - dx * right[1]) / area) * side)
      if (u < 0 || v < 0 || u >= side || v >= side) continue
      const i = y * width + x
      data[i] = Math.max(data[i]!, mask[v * side + u]!)
    }
}
