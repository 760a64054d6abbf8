// What face-api can tell about a face beyond its place: a 128-number descriptor (who is it?), apparent age and gender.
// Used to measure results; inside the optimization the same networks run on our graph (face-descriptor.ts,
// face-age.ts). Everything runs on one WebAssembly thread, so the same bitmap
// gives the same numbers.

import type { FaceBox } from '../align/face.ts'
import { loadFaceApi, type Tensor3D } from '../align/face-api.ts'
import { type Square, shrinkFor, viewOf } from '../align/view.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'

import { ALIGNED_FACE } from './aligned-face.ts'

/** Input sides of the two networks, in pixels. */
const DESCRIPTOR_INPUT = 150
const AGE_INPUT = 112

export interface AgeGender {
  /** Apparent age in years; the network's own error is around five. */
  readonly age: number
  readonly gender: 'female' | 'male'
  /** Its probability, 0.5 to 1. */
  readonly genderProbability: number
}

async function asTensor(bitmap: Bitmap, box: FaceBox | undefined, size: number): Promise<Tensor3D> {
  const { tf } = await loadFaceApi()
  const { x, y, width, height } = box ?? {
    x: ALIGNED_FACE.x * bitmap.width,
    y: ALIGNED_FACE.y * bitmap.height,
    width: ALIGNED_FACE.width * bitmap.width,
    height: ALIGNED_FACE.height * bitmap.height,
  }
  if (!(width >= 1 && height >= 1)) throw new Error(`a face box needs positive sides, got ${width}×${height}`)
  const side = Math.max(width, height)
  const { picture } = shrinkFor(toColor(bitmap), side, 3 * size)
  const kx = picture.width / bitmap.width
  const ky = picture.height / bitmap.height
  const center = [(x + width / 2) * kx, (y + height / 2) * ky] as const
  const square: Square = { center, side: side * kx, angle: 0, mirrored: false }
  const view = viewOf(picture, square, size)
  return tf.tensor3d(new Int32Array(view.data), [size, size, 3], 'int32')
}

/**
 * Descriptor of a face, Float32Array(128). Euclidean distances under 0.6 mean "likely the same person" (dlib's
 * ResNet-34 face recognition, D. King 2017, as converted by face-api).
 * @param box the face, in pixels; left out, the bitmap is taken as FFHQ-aligned.
 */
export async function faceDescriptor(bitmap: Bitmap, box?: FaceBox): Promise<Float32Array> {
  const { faceApi } = await loadFaceApi('faceRecognitionNet')
  const input = await asTensor(bitmap, box, DESCRIPTOR_INPUT)
  try {
    return Float32Array.from(await faceApi.nets.faceRecognitionNet.computeFaceDescriptor(input))
  } finally {
    input.dispose()
  }
}

/** Apparent age and gender (face-api's Xception-like network). @param box as for `faceDescriptor`. */
export async function ageGender(bitmap: Bitmap, box?: FaceBox): Promise<AgeGender> {
  const { faceApi } = await loadFaceApi('ageGenderNet')
  const input = await asTensor(bitmap, box, AGE_INPUT)
  try {
    const { age, gender, genderProbability } = await faceApi.nets.ageGenderNet.predictAgeAndGender(input)
    return { age, gender, genderProbability }
  } finally {
    input.dispose()
  }
}
