// 68 landmarks of a face by face-api's network (112 px), made steady: one look at the detector's box gives a rough
// answer and the head's tilt; then several upright looks, slightly moved and scaled, each also mirrored, are combined by
// the median of every coordinate. On paintings single looks differ by a few pixels at the mouth; their median does not.
import type { Bitmap } from '../images/bitmap.ts'
import type { FaceBox } from './face.ts'
import { loadFaceApi } from './face-api.ts'
import { eyesAndMouth, type Point } from './geometry.ts'
import { MIRRORED_POINT } from './mirrored.ts'
import { type Square, shrinkFor, viewOf, viewToPicture } from './view.ts'

/** The network's own input side, in pixels. */
const INPUT = 112

/** Moves (as a share of the side) and scales of the looks that are combined. */
const LOOKS = [
  { scale: 1, dx: 0, dy: 0 },
  { scale: 0.92, dx: 0.02, dy: 0.01 },
  { scale: 1.1, dx: -0.02, dy: -0.01 },
  { scale: 1.05, dx: 0.01, dy: -0.03 },
  { scale: 0.97, dx: -0.01, dy: 0.03 },
] as const

async function look(picture: Bitmap, square: Square): Promise<Point[]> {
  const { tf, faceApi } = await loadFaceApi('faceLandmark68Net')
  const view = viewOf(picture, square, INPUT)
  const input = tf.tensor3d(new Int32Array(view.data), [INPUT, INPUT, 3], 'int32')
  try {
    const { positions } = await faceApi.nets.faceLandmark68Net.detectLandmarks(input)
    return positions.map((_, i) => {
      const { x, y } = positions[square.mirrored ? MIRRORED_POINT[i]! : i]!
      return viewToPicture(square, x / INPUT, y / INPUT)
    })
  } finally {
    input.dispose()
  }
}

function boundingSquare(points: readonly Point[], angle: number): { center: Point; side: number } {
  // in the frame turned by −angle, where the head is upright
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const us = points.map(([x, y]) => x * cos + y * sin)
  const vs = points.map(([x, y]) => y * cos - x * sin)
  const [left, right, top, bottom] = [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)]
  const u = (left + right) / 2
  const v = (top + bottom) / 2
  return { center: [u * cos - v * sin, u * sin + v * cos], side: Math.max(right - left, bottom - top) }
}

function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const middle = values.length >> 1
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2
}

/** Landmarks, and how far apart the looks were that they are the median of. */
export interface SteadyLandmarks {
  readonly landmarks: Point[]
  /** Median distance of the single looks' eyes, nose and mouth from the result, as a share of the face's side. */
  readonly spread: number
}

/**
 * The landmarks of the face in `box`, in pixels of the picture where whole numbers are pixel centres (the convention
 * of dlib, which the FFHQ recipe's + 0.5 expects).
 * @param bitmap colour.
 * @param giveUp spread of the first two looks from which on no more are taken: what they see is no face.
 */
export async function findLandmarks(
  bitmap: Bitmap,
  box: FaceBox,
  giveUp = Number.POSITIVE_INFINITY,
): Promise<SteadyLandmarks> {
  const side = Math.max(box.width, box.height)
  const { picture, factor } = shrinkFor(bitmap, side, 3 * INPUT)
  // the shrunk sides are rounded: use the true ratios to map back
  const [kx, ky] = [bitmap.width / picture.width, bitmap.height / picture.height]
  const center: Point = [(box.x + box.width / 2) / kx, (box.y + box.height / 2) / ky]
  const rough = await look(picture, { center, side: side / factor, angle: 0, mirrored: false })
  const { left, right } = eyesAndMouth(rough)
  const angle = Math.atan2(right[1] - left[1], right[0] - left[0])
  const around = boundingSquare(rough, angle)
  const all: Point[][] = []
  for (const { scale, dx, dy } of LOOKS) {
    for (const mirrored of [false, true]) {
      const base = { center: around.center, side: around.side * 1.12 * scale, angle, mirrored }
      all.push(await look(picture, { ...base, center: viewToPicture(base, 0.5 + dx, 0.5 + dy) }))
    }
    if (spreadOf(all, medianOf(all)) / around.side > giveUp) break
  }
  const steady = medianOf(all)
  const spread = spreadOf(all, steady) / around.side
  return { landmarks: steady.map(([x, y]) => [x * kx - 0.5, y * ky - 0.5]), spread }
}

function medianOf(all: readonly (readonly Point[])[]): Point[] {
  return all[0]!.map(
    (_, i): Point => [median(all.map((points) => points[i]![0])), median(all.map((points) => points[i]![1]))],
  )
}

/** Median distance of the eyes', nose's and mouth's points from `steady`. */
function spreadOf(all: readonly (readonly Point[])[], steady: readonly Point[]): number {
  return median(
    steady.flatMap(([x, y], i) =>
      i < 27 ? [] : all.map((points) => Math.hypot(points[i]![0] - x, points[i]![1] - y)),
    ),
  )
}
