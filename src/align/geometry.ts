// From 68 landmarks to the oriented square that the FFHQ recipe crops (Karras et al. 2019, "A Style-Based Generator
// Architecture", its public data set tool). Pure plane geometry, apart from any picture.
import { AlignError } from './error.ts'

/** [x, y] in pixels of the picture, x to the right and y down; whole numbers are pixel corners or centres alike here. */
export type Point = readonly [x: number, y: number]
/** The crop's corners in the order that PIL's quad transform wants: top left, bottom left, bottom right, top right. */
export type Quad = readonly [Point, Point, Point, Point]

/** Number of points of the iBUG 300-W layout that dlib and face-api use. */
export const LANDMARK_COUNT = 68

export interface CropSquare {
  readonly quad: Quad
  /** Side of the square in pixels of the picture. */
  readonly size: number
}

const sum = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]]
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]]
const times = (a: Point, k: number): Point => [a[0] * k, a[1] * k]
const rot90 = (a: Point): Point => [-a[1], a[0]]
const norm = (a: Point): number => Math.hypot(a[0], a[1])
const mean = (points: readonly Point[]): Point => times(points.reduce(sum, [0, 0]), 1 / points.length)

/** Checks that there are 68 finite points. @throws AlignError saying which is wrong. */
export function checkLandmarks(landmarks: readonly Point[]): void {
  if (landmarks.length !== LANDMARK_COUNT) {
    throw new AlignError(`expected ${LANDMARK_COUNT} landmarks of [x, y], found ${landmarks.length}`)
  }
  const bad = landmarks.findIndex(([x, y]) => !Number.isFinite(x) || !Number.isFinite(y))
  if (bad >= 0) throw new AlignError(`landmark ${bad} is not a pair of numbers; expected [x, y] in pixels`)
}

/** Eye centres and mouth corners' middle: all that the crop depends on. */
export function eyesAndMouth(landmarks: readonly Point[]): { left: Point; right: Point; mouth: Point } {
  return {
    left: mean(landmarks.slice(36, 42)),
    right: mean(landmarks.slice(42, 48)),
    mouth: times(sum(landmarks[48]!, landmarks[54]!), 0.5),
  }
}

/**
 * The FFHQ crop square of a face: oriented between "along the eyes" and "across the line from eyes to mouth", its
 * side twice the larger of 2·(eye distance) and 1.8·(eyes to mouth), its centre a tenth of the way to the mouth.
 * @throws AlignError when the points are not 68, not finite, or span no square.
 */
export function cropSquare(landmarks: readonly Point[]): CropSquare {
  checkLandmarks(landmarks)
  const { left, right, mouth } = eyesAndMouth(landmarks)
  const eyes = times(sum(left, right), 0.5)
  const eyeToEye = minus(right, left)
  const eyeToMouth = minus(mouth, eyes)
  const direction = minus(eyeToEye, rot90(eyeToMouth))
  const length = norm(direction)
  if (!(length > 0)) throw new AlignError('the landmarks span no face: eyes and mouth coincide; check their order')
  const half = Math.max(norm(eyeToEye) * 2, norm(eyeToMouth) * 1.8)
  const x = times(times(direction, 1 / length), half)
  const y = rot90(x)
  const c = sum(eyes, times(eyeToMouth, 0.1))
  const quad: Quad = [minus(minus(c, x), y), sum(minus(c, x), y), sum(sum(c, x), y), minus(sum(c, x), y)]
  return { quad, size: 2 * norm(x) }
}

/** Smallest whole-pixel box around a quad: floor of the low corner, ceiling of the high one. */
export function outerBox(quad: Quad): { left: number; top: number; right: number; bottom: number } {
  const xs = quad.map((p) => p[0])
  const ys = quad.map((p) => p[1])
  return {
    left: Math.floor(Math.min(...xs)),
    top: Math.floor(Math.min(...ys)),
    right: Math.ceil(Math.max(...xs)),
    bottom: Math.ceil(Math.max(...ys)),
  }
}

/** Every corner of a quad mapped by `change`. */
export function mapQuad(quad: Quad, change: (p: Point) => Point): Quad {
  return [change(quad[0]), change(quad[1]), change(quad[2]), change(quad[3])]
}
