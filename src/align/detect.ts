// Faces in a picture as it lies: boxes by the detector, 68 points in each, and what speaks against them.
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { type Effort, type FoundBox, findBoxes, SURE } from './boxes.ts'
import type { DetectedFace } from './face.ts'
import { doubtAboutPoints, type Evidence, judge } from './judge.ts'
import { findLandmarks } from './landmark-net.ts'
import { secondLook } from './second-look.ts'

/** After a first pair of looks that differ more than this, no more are taken: unsure boxes, and sure ones. */
const GIVE_UP = 0.09
const GIVE_UP_SURE = 0.15

/**
 * Every face in a picture, the largest first, doubtful ones among them; an empty array when there is none.
 *
 * Deterministic: the same bitmap gives the same numbers in every run on one machine.
 * @param bitmap gray or colour, any size.
 * @param effort how much is done to see something (boxes.ts); default: all.
 * @throws AlignError when face-api can't be loaded.
 */
export async function detectFaces(bitmap: Bitmap, effort: Effort = 'search'): Promise<DetectedFace[]> {
  return judgeAll(await gatherEvidence(toColor(bitmap), effort))
}

/** The faces that evidence shows, the largest first. */
export function judgeAll(evidence: readonly Evidence[]): DetectedFace[] {
  return evidence
    .flatMap((one) => judge(one) ?? [])
    .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)
}

/** What there is to be judged in a picture. @param color a colour bitmap. @param first see findBoxes. */
export async function gatherEvidence(color: Bitmap, effort: Effort, first?: readonly FoundBox[]): Promise<Evidence[]> {
  const evidence: Evidence[] = []
  for (const found of await findBoxes(color, effort, first)) {
    if (found.box.width >= 1 && found.box.height >= 1) evidence.push(await evidenceAt(color, found))
  }
  return evidence
}

async function evidenceAt(color: Bitmap, { box, score }: FoundBox): Promise<Evidence> {
  const points = { box, score, ...(await findLandmarks(color, box, score < SURE ? GIVE_UP : GIVE_UP_SURE)) }
  return doubtAboutPoints(points) === undefined
    ? { ...points, looks: await secondLook(color, points.landmarks) }
    : points
}
