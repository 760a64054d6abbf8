// What is made of the evidence for a face: taken, doubtful with a reason, or nothing at all. Apart from the networks, so
// that limits can be measured again on evidence that was gathered once (training/measure-align.ts).
import { type FoundBox, SURE } from './boxes.ts'
import type { DetectedFace } from './face.ts'
import type { SteadyLandmarks } from './landmark-net.ts'
import { doubtAboutPlace, doubtAboutShape, MAX_SPREAD } from './plausible.ts'
import type { SecondLook } from './second-look.ts'

/**
 * From this spread on the large detector, which found the face, is no second opinion on it: only the small one is. Upright
 * portraits stay below, but for some profiles (0.025, 0.032; small detector 0.89, 0.87); what merely has a face's shape
 * had 0.027 and more, and at most 0.37 of the small one.
 */
const UNSTEADY = 0.02
/** Below this nothing else need be tried: a head on its side had 0.0185 where nearly all upright ones have 0.0155 at most. */
const CLEAR_SPREAD = 0.0165

/** What the networks say about one place in a picture. */
export interface Evidence extends FoundBox, SteadyLandmarks {
  /** Absent where the points alone speak against a face. */
  readonly looks?: SecondLook
}

/** What is neither sure for the detector nor steady for the landmark network is not even a doubtful face. */
const MAX_SPREAD_UNSURE = 0.05
/** The second look must be at least this sure of a face; from CLEAR on nothing else need be tried. */
const LEAST_SECOND = 0.4
const CLEAR_SECOND = 0.5
/** Of a sure face whose looks agree this well less is asked: pale and vignetted photographs impress no second look. */
const STEADY = 0.015
const LEAST_SECOND_STEADY = 0.15

/** What speaks against a face before its crop was looked at again. */
export function doubtAboutPoints({ landmarks, box, spread }: Evidence): string | undefined {
  return doubtAboutShape(landmarks) ?? doubtAboutPlace(landmarks, box) ?? doubtAboutSpread(spread)
}

/** The face that the evidence shows, perhaps a doubtful one; undefined for none. */
export function judge(evidence: Evidence): DetectedFace | undefined {
  const { box, score, landmarks, spread, looks } = evidence
  if (score < SURE && spread > MAX_SPREAD_UNSURE) return undefined
  const second = looks === undefined ? 0 : spread > UNSTEADY ? looks.tiny : Math.max(looks.tiny, looks.large)
  const doubt = doubtAboutPoints(evidence) ?? doubtAboutSecond(second, evidence)
  const clear = doubt === undefined && second >= CLEAR_SECOND && spread <= CLEAR_SPREAD
  return { box, score, landmarks, spread, second, clear, ...(doubt === undefined ? {} : { doubt }) }
}

function doubtAboutSpread(spread: number): string | undefined {
  if (spread <= MAX_SPREAD) return undefined
  return `repeated looks place its eyes, nose and mouth ${(100 * spread).toFixed(1)} % of its side apart`
}

function doubtAboutSecond(second: number, { score, spread }: Evidence): string | undefined {
  const least = score >= SURE && spread <= STEADY ? LEAST_SECOND_STEADY : LEAST_SECOND
  return second < least ? `a second look at its crop finds no face (${second.toFixed(2)})` : undefined
}
