// A portrait in, its FFHQ crop out: detection, choice of a face, crop. The one entrance for the pipeline and the command
// line; each step is also a function of its own.
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { type Turn, turnBack, turnBitmap } from '../images/turn.ts'
import { AlignError } from './error.ts'
import { chooseFace, countedFaces, type DetectedFace, type FaceChoice } from './face.ts'
import { findFaces } from './face-turn.ts'
import { type FfhqOptions, ffhqCrop } from './ffhq.ts'
import { cropSquare, mapQuad, type Point, type Quad } from './geometry.ts'
import { doubtAboutShape, leanOf } from './plausible.ts'
import { secondLook } from './second-look.ts'

export interface AlignOptions extends FfhqOptions, FaceChoice {
  /** 68 points to use instead of looking for a face, in pixels of the picture as it lies. */
  readonly landmarks?: readonly Point[]
  /** Degrees clockwise that make the picture upright; 'auto' (default): as its face says. */
  readonly turn?: Turn | 'auto'
}

export interface AlignedPortrait {
  /** outputSize × outputSize, with the given picture's channels. */
  readonly bitmap: Bitmap
  /** The crop's corners in the given picture's pixels: top left, bottom left, bottom right, top right of the upright face. */
  readonly quad: Quad
  /** In the given picture's pixels. */
  readonly landmarks: readonly Point[]
  /** Side of the crop in pixels of the picture. */
  readonly side: number
  /** Degrees clockwise by which the picture was turned before the crop. */
  readonly turn: Turn
  /** The detected face, in pixels of the turned picture; absent when landmarks were given. */
  readonly face?: DetectedFace
  /** All faces that count, from left to right, in pixels of the turned picture; none where landmarks were given. */
  readonly faces: readonly DetectedFace[]
  /** Which of them it is, from 1. */
  readonly number?: number
  /** What the user should know: turned, insisted on, no face where the landmarks are. One line each. */
  readonly remarks: readonly string[]
}

/**
 * Least side of the crop, in pixels of the picture. The landmark network looks at 112 px: with less than this, less than
 * half of what it sees is there, and textures begin to pass for faces.
 */
export const MIN_CROP = 48

/**
 * Finds the face (unless landmarks are given) and crops it to the FFHQ layout.
 * @throws AlignError when there is no usable face, a doubtful one, several and no choice, or landmarks that make no face;
 * PictureError when the crop lies outside the picture.
 */
export async function alignPortrait(bitmap: Bitmap, options: AlignOptions): Promise<AlignedPortrait> {
  if (options.landmarks) return alignGiven(bitmap, options.landmarks, options)
  const { turn, faces } = await findFaces(bitmap, options.turn ?? 'auto')
  const face = chooseFace(faces, options)
  const counted = countedFaces(faces, options)
  checkSize(face.landmarks)
  const crop = ffhqCrop(turnBitmap(bitmap, turn), face.landmarks, options)
  const back = (point: Point): Point => turnBack(point, turn, bitmap)
  const remarks: string[] = []
  if (turn !== 0 && (options.turn ?? 'auto') === 'auto') {
    remarks.push(
      `the picture was turned by ${turn}° clockwise, as its face is upright then; --turn 0 keeps it as it lies`,
    )
  }
  if (face.doubt !== undefined) remarks.push(`the face is doubtful and was taken all the same: ${face.doubt}`)
  return {
    bitmap: crop.bitmap,
    quad: mapQuad(crop.quad, back),
    landmarks: face.landmarks.map(back),
    side: crop.size,
    turn,
    face,
    faces: counted,
    number: counted.indexOf(face) + 1,
    remarks,
  }
}

/** Points that were brought along decide where the face is and which way up. */
async function alignGiven(
  bitmap: Bitmap,
  landmarks: readonly Point[],
  options: AlignOptions,
): Promise<AlignedPortrait> {
  const doubt = doubtAboutGiven(landmarks, bitmap)
  if (doubt !== undefined && options.doubt !== 'accept') {
    throw new AlignError(
      `the landmarks form no face: ${doubt}; expected 68 points [x, y] in pixels of the picture, in the order of iBUG 300-W (--insist takes them as they are)`,
    )
  }
  checkSize(landmarks)
  const crop = ffhqCrop(bitmap, landmarks, options)
  const remarks = doubt === undefined ? [] : [`the landmarks are doubtful and were taken all the same: ${doubt}`]
  const lean = Math.round(leanOf(landmarks))
  if (doubt === undefined && Math.abs(lean) > 45)
    remarks.push(`by its landmarks the face leans by ${lean}°; it was made upright`)
  if (doubt === undefined) {
    const { tiny, large } = await secondLook(toColor(bitmap), landmarks)
    if (Math.max(tiny, large) < UNSEEN) {
      remarks.push('the detector sees no face where the landmarks are; check that they belong to this picture')
    }
  }
  return { bitmap: crop.bitmap, quad: crop.quad, landmarks, side: crop.size, turn: 0, faces: [], remarks }
}

/** Below this the networks see nothing of a face; people bring landmarks where detectors fail, so it is only remarked on. */
const UNSEEN = 0.2

/** What speaks against points that were given, their unit and place included. */
export function doubtAboutGiven(
  landmarks: readonly Point[],
  { width, height }: Pick<Bitmap, 'width' | 'height'>,
): string | undefined {
  const { size } = cropSquare(landmarks)
  if (size < 8 && landmarks.every(([x, y]) => Math.abs(x) <= 2 && Math.abs(y) <= 2)) {
    return `they lie between 0 and 1, as shares of the picture; multiply x by ${width} and y by ${height}`
  }
  const shape = doubtAboutShape(landmarks)
  if (shape !== undefined) return shape
  const outside = landmarks.slice(17).filter(([x, y]) => x < 0 || y < 0 || x >= width || y >= height).length
  if (outside > 25) return `${outside} of their 51 inner points lie outside the picture of ${width}×${height} px`
  return undefined
}

function checkSize(landmarks: readonly Point[]): void {
  const { size } = cropSquare(landmarks)
  if (size >= MIN_CROP) return
  throw new AlignError(
    `the face is too small: expected a crop of at least ${MIN_CROP} px, found ${Math.round(size)}; use a larger scan`,
  )
}
