// Which way up a picture is: the turn in which a plausible face is upright. Looks at the picture as it lies first, and
// goes on only when what it sees there is not clearly a face: a scan on its side often gives a false, upright one.
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { TURNS, type Turn, turnBitmap } from '../images/turn.ts'
import { type Effort, type FoundBox, glanceAt } from './boxes.ts'
import { detectFaces, gatherEvidence, judgeAll } from './detect.ts'
import type { DetectedFace } from './face.ts'
import type { Evidence } from './judge.ts'

/** Faces of a picture in one of its turns, in pixels of the turned picture. */
export interface TurnedFaces {
  readonly turn: Turn
  readonly faces: readonly DetectedFace[]
}

/** How much speaks for a face: 0 for a doubtful one. */
function weight({ doubt, second, spread, score }: DetectedFace): number {
  return doubt === undefined ? second * Math.sqrt(score) * (1 - 10 * Math.min(spread, 0.05)) : 0
}

function best(faces: readonly DetectedFace[]): number {
  return Math.max(0, ...faces.map(weight))
}

/** What is seen in a picture turned so, with so much effort. */
export type LookAtTurn = (turn: Turn, effort: Effort) => Promise<readonly DetectedFace[]>

/**
 * Looks for faces in the turn that is wanted, or in all of them.
 * @returns the turn with the most plausible face; where no turn has any, what was seen in the picture as it lies.
 */
export async function findFaces(bitmap: Bitmap, turn: Turn | 'auto'): Promise<TurnedFaces> {
  const color = toColor(bitmap)
  if (turn !== 'auto') return { turn, faces: await detectFaces(turnBitmap(color, turn)) }
  const gather = gatherInTurns(color)
  return findTurn(async (turn, effort) => judgeAll(await gather(turn, effort)))
}

/** What a picture shows in its turns; nothing is looked at twice. */
export function gatherInTurns(color: Bitmap): (turn: Turn, effort: Effort) => Promise<readonly Evidence[]> {
  const glances = new Map<Turn, { picture: Bitmap; first: FoundBox[]; evidence: readonly Evidence[] }>()
  return async (turn, effort) => {
    let glance = glances.get(turn)
    if (!glance) {
      const picture = turnBitmap(color, turn)
      const first = await glanceAt(picture)
      glance = { picture, first, evidence: await gatherEvidence(picture, 'glance', first) }
      glances.set(turn, glance)
    }
    // What is sure at a glance is not searched for.
    if (effort === 'glance' || glance.evidence.length > 0) return glance.evidence
    return gatherEvidence(glance.picture, effort, glance.first)
  }
}

/** The turn with the most plausible face. @param look what is seen in each. */
export async function findTurn(look: LookAtTurn): Promise<TurnedFaces> {
  for (const effort of ['glance', 'search'] as const) {
    const seen: TurnedFaces[] = []
    for (const turn of TURNS) {
      // Turned copies are not magnified: that is for --turn, which says which of them is meant.
      const faces = await look(turn, effort === 'search' && turn !== 0 ? 'mats' : effort)
      if (turn === 0 && faces.some(({ clear }) => clear)) return { turn, faces }
      seen.push({ turn, faces })
    }
    const plausible = seen.toSorted((a, b) => best(b.faces) - best(a.faces))[0]!
    // Where a glance has something doubtful only, searching may still find something better.
    if (effort === 'glance' ? plausible.faces.some(({ clear }) => clear) : best(plausible.faces) > 0) return plausible
    if (effort === 'search') return seen.find(({ faces }) => faces.length > 0) ?? seen[0]!
  }
  return { turn: 0, faces: [] }
}
