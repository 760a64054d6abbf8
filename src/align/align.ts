// A portrait in, its FFHQ crop out: detection, choice of a face, crop. The one entrance for the pipeline and the command
// line; each step is also a function of its own.
import type { Bitmap } from '../images/bitmap.ts'
import { detectFaces } from './detect.ts'
import { chooseFace, type DetectedFace } from './face.ts'
import { type FfhqOptions, ffhqCrop } from './ffhq.ts'
import { checkLandmarks, type Point, type Quad } from './geometry.ts'

export interface AlignOptions extends FfhqOptions {
  /** 68 points to use instead of looking for a face. */
  readonly landmarks?: readonly Point[]
  /** Which face, counted from 1 and from the left, when there are several. */
  readonly face?: number
}

export interface AlignedPortrait {
  /** outputSize × outputSize, with the given picture's channels. */
  readonly bitmap: Bitmap
  /** The crop's corners in the given picture's pixels: top left, bottom left, bottom right, top right. */
  readonly quad: Quad
  readonly landmarks: readonly Point[]
  /** The detected face; absent when landmarks were given. */
  readonly face?: DetectedFace
}

/**
 * Finds the face (unless landmarks are given) and crops it to the FFHQ layout.
 * @throws AlignError when there is no usable face, several and no choice, or landmarks that make no face;
 * PictureError when the crop lies outside the picture.
 */
export async function alignPortrait(bitmap: Bitmap, options: AlignOptions): Promise<AlignedPortrait> {
  if (options.landmarks) {
    checkLandmarks(options.landmarks)
    const crop = ffhqCrop(bitmap, options.landmarks, options)
    return { bitmap: crop.bitmap, quad: crop.quad, landmarks: options.landmarks }
  }
  const face = chooseFace(await detectFaces(bitmap), options.face)
  const crop = ffhqCrop(bitmap, face.landmarks, options)
  return { bitmap: crop.bitmap, quad: crop.quad, landmarks: face.landmarks, face }
}
