/** The faces of a restored photograph, one by one through the face network and back. */
import { detectFaces } from '../../align/detect.ts'
import { Executable } from '../../engine/executable.ts'
import { input } from '../../graph/tensor.ts'
import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { weightsOf } from '../../models/weights.ts'
import { fivePoints, similarity, templatePoints, warped } from '../../restore/face-align.ts'
import { restoredFace } from '../../restore/face-generator.ts'
import { pasteFace, withTonesOf } from '../../restore/face-paste.ts'
import type { Setting } from './setting.ts'

export interface RestoredFaces {
  /** The photograph with the faces in it. */
  readonly picture: Bitmap
  /** Faces before and after, one above the other; undefined where there is none. */
  readonly sheet: Bitmap | undefined
  /** Clear ones. */
  readonly found: number
  readonly restored: number
  /** Why faces were left as they are, one line each. */
  readonly skipped: readonly string[]
}

/** Faces side by side on the sheet. */
const MOST_SHOWN = 8

/** @param onFace heard after each */
export async function restoreFaces(
  { config, pack, compute }: Setting,
  photograph: Bitmap,
  signal: AbortSignal | undefined,
  onFace: (done: number, total: number, milliseconds: number) => void,
): Promise<RestoredFaces> {
  const side = config.faces === '512' ? 512 : 256
  const all = await detectFaces(photograph)
  const faces = all.filter(({ clear }) => clear)
  const skipped = all
    .filter(({ clear }) => !clear)
    .map(
      ({ box, doubt }) => `something at ${Math.round(box.x)}, ${Math.round(box.y)}: ${doubt ?? 'not clearly a face'}`,
    )
  const color = toColor(photograph)
  const picture = createBitmap(color.width, color.height, 3, color.data.slice())
  if (faces.length === 0) return { picture, sheet: undefined, found: 0, restored: 0, skipped }
  const x = input('face', [1, 3, side, side])
  const weights = weightsOf(pack, config.faces === '512' ? 'restore_face_512' : 'restore_face_256')
  const executable = await Executable.compile({ outputs: { out: restoredFace(weights, x).out } }, compute.options)
  const pairs: [Bitmap, Bitmap][] = []
  try {
    for (const [i, { landmarks }] of faces.entries()) {
      if (signal?.aborted) break
      const begin = performance.now()
      const cut = similarity(templatePoints(side), fivePoints(landmarks))
      const before = warped(color, cut, { width: side, height: side }, 'linear')
      const { out } = await executable.run({ face: planes(before) })
      const after = bitmapOf(out!, side)
      pasteFace(picture, withTonesOf(after, before), cut)
      pairs.push([before, after])
      onFace(i + 1, faces.length, performance.now() - begin)
    }
  } finally {
    await executable.dispose()
  }
  return {
    picture,
    sheet: sheetOf(pairs.slice(0, MOST_SHOWN), side),
    found: faces.length,
    restored: pairs.length,
    skipped,
  }
}

function planes({ data }: Bitmap): Float32Array {
  const area = data.length / 3
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % area) * 3 + Math.floor(i / area)]! / 127.5 - 1)
}

function bitmapOf(values: Float32Array, side: number): Bitmap {
  const area = side ** 2
  const level = (v: number): number => Math.min(255, Math.max(0, Math.floor(((v + 1) / 2) * 255 + 0.5)))
  return createBitmap(
    side,
    side,
    3,
    Uint8Array.from({ length: 3 * area }, (_, i) => level(values[(i % 3) * area + Math.floor(i / 3)]!)),
  )
}

function sheetOf(pairs: readonly (readonly [Bitmap, Bitmap])[], side: number): Bitmap | undefined {
  if (pairs.length === 0) return undefined
  const sheet = createBitmap(side * pairs.length, 2 * side, 3)
  pairs.forEach((pair, column) => {
    pair.forEach((face, row) => {
      for (let y = 0; y < side; y++)
        sheet.data.set(
          face.data.subarray(3 * y * side, 3 * (y + 1) * side),
          3 * ((row * side + y) * sheet.width + column * side),
        )
    })
  })
  return sheet
}
