// Faces in a picture as it lies: boxes by the detector, 68 points in each, and what speaks against them.
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { type Effort, type FoundBox, findBoxes, SURE } from './boxes.ts'
import type { DetectedFace } from './face.ts'
import { findLandmarks } from './landmark-net.ts'
import { doubtAboutPlace, doubtAboutShape, MAX_SPREAD } from './plausible.ts'
import { secondLook } from './second-look.ts'

/** What is neither sure for the detector nor steady for the landmark network is not even a doubtful face. */
const MAX_SPREAD_UNSURE = 0.05
/** After a first pair of looks that differ more than this, no more are taken: unsure boxes, and sure ones. */
const GIVE_UP = 0.09
const MAX_SPREAD_SURE = 0.15
/** The second look must be at least this sure of a face; from CLEAR on nothing else need be tried. */
const LEAST_SECOND = 0.4
const CLEAR_SECOND = 0.5
/** Of a sure face whose looks agree this well less is asked: pale and vignetted photographs impress no second look. */
const STEADY = 0.015
const LEAST_SECOND_STEADY = 0.15
/** Looks that differ less than this leave no doubt. On 42 upright portraits: 0.007 to 0.015. */
const CLEAR_SPREAD = 0.025

/**
 * Every face in a picture, the largest first, doubtful ones among them; an empty array when there is none.
 *
 * Deterministic: the same bitmap gives the same numbers in every run on one machine.
 * @param bitmap gray or colour, any size.
 * @param effort how much is done to see something (boxes.ts); default: all.
 * @throws AlignError when face-api can't be loaded.
 */
export async function detectFaces(bitmap: Bitmap, effort: Effort = 'search'): Promise<DetectedFace[]> {
  const color = toColor(bitmap)
  const faces: DetectedFace[] = []
  for (const found of await findBoxes(color, effort)) {
    const face = await faceIn(color, found)
    if (face) faces.push(face)
  }
  return faces.sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)
}

async function faceIn(color: Bitmap, { box, score }: FoundBox): Promise<DetectedFace | undefined> {
  if (box.width < 1 || box.height < 1) return undefined
  const { landmarks, spread } = await findLandmarks(color, box, score < SURE ? GIVE_UP : MAX_SPREAD_SURE)
  if (score < SURE && spread > MAX_SPREAD_UNSURE) return undefined
  const shape = doubtAboutShape(landmarks) ?? doubtAboutPlace(landmarks, box) ?? doubtAboutSpread(spread)
  if (shape !== undefined) return { box, score, landmarks, spread, second: 0, doubt: shape, clear: false }
  const second = await secondLook(color, landmarks)
  const least = score >= SURE && spread <= STEADY ? LEAST_SECOND_STEADY : LEAST_SECOND
  const doubt = second < least ? `a second look at its crop finds no face (${second.toFixed(2)})` : undefined
  const clear = doubt === undefined && second >= CLEAR_SECOND && spread <= CLEAR_SPREAD
  return { box, score, landmarks, spread, second, clear, ...(doubt === undefined ? {} : { doubt }) }
}

function doubtAboutSpread(spread: number): string | undefined {
  if (spread <= MAX_SPREAD) return undefined
  return `repeated looks place its eyes, nose and mouth ${(100 * spread).toFixed(0)} % of its side apart`
}
