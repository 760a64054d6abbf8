/** What can be told of the face in an aligned picture, as numbers along which faces can be moved. */
import { loadFaceApi } from '../align/face-api.ts'
import { eyesAndMouth } from '../align/geometry.ts'
import { findLandmarks } from '../align/landmark-net.ts'
import { viewOf } from '../align/view.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { ALIGNED_FACE } from './aligned-face.ts'
import { ageGender } from './face-api.ts'

/** Names of the scores. */
export const scoreNames = ['age', 'male', 'smile', 'yaw'] as const

export type ScoreName = (typeof scoreNames)[number]

/** A face's scores: age in years; male and smile as log-odds; yaw as the nose's place between the eyes, positive to the viewer's right. */
export type FaceScores = Readonly<Record<ScoreName, number>>

const EXPRESSION_SIDE = 112
/** Log-odds beyond it say no more. */
const MOST_ODDS = 6

/** @param picture FFHQ-aligned */
export async function faceScores(picture: Bitmap): Promise<FaceScores> {
  const color = toColor(picture)
  const { age, gender, genderProbability } = await ageGender(color)
  const male = gender === 'male' ? genderProbability : 1 - genderProbability
  return { age, male: logOdds(male), smile: logOdds(await happiness(color)), yaw: await yawOf(color) }
}

function logOdds(share: number): number {
  return Math.max(-MOST_ODDS, Math.min(MOST_ODDS, Math.log(share / (1 - share))))
}

async function happiness(picture: Bitmap): Promise<number> {
  const { tf, faceApi } = await loadFaceApi('faceExpressionNet')
  const side = picture.width
  const face = { center: middleOfFace(side), side: ALIGNED_FACE.width * side, angle: 0, mirrored: false }
  const view = viewOf(picture, face, EXPRESSION_SIDE)
  const input = tf.tensor3d(new Int32Array(view.data), [EXPRESSION_SIDE, EXPRESSION_SIDE, 3], 'int32')
  try {
    return (await faceApi.nets.faceExpressionNet.predictExpressions(input)).happy
  } finally {
    input.dispose()
  }
}

function middleOfFace(side: number): [number, number] {
  const { x, y, width, height } = ALIGNED_FACE
  return [(x + width / 2) * side, (y + height / 2) * side]
}

/** Tip of the nose among the 68 landmarks. */
const NOSE = 30

async function yawOf(picture: Bitmap): Promise<number> {
  const { width } = picture
  const { x, y, width: w, height: h } = ALIGNED_FACE
  const box = { x: x * width, y: y * width, width: w * width, height: h * width }
  // One look and its mirror image: a spread that nothing meets ends it there.
  const { landmarks } = await findLandmarks(picture, box, 0)
  const { left, right } = eyesAndMouth(landmarks)
  return (landmarks[NOSE]![0] - (left[0] + right[0]) / 2) / Math.hypot(right[0] - left[0], right[1] - left[1])
}
