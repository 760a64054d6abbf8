// Which way up a picture is: the turn in which a plausible face is upright. Looks at the picture as it lies first, and
// goes on only when what it sees there is not clearly a face: a scan on its side often gives a false, upright one.
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { TURNS, type Turn, turnBitmap } from '../images/turn.ts'
import { detectFaces } from './detect.ts'
import type { DetectedFace } from './face.ts'

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

/**
 * Looks for faces in the turn that is wanted, or in all of them.
 * @returns the turn with the most plausible face; where no turn has any, what was seen in the picture as it lies.
 */
export async function findFaces(bitmap: Bitmap, turn: Turn | 'auto'): Promise<TurnedFaces> {
  const color = toColor(bitmap)
  if (turn !== 'auto') return { turn, faces: await detectFaces(turnBitmap(color, turn)) }
  for (const effort of ['glance', 'search'] as const) {
    const seen: TurnedFaces[] = []
    for (const turn of TURNS) {
      // Turned copies are not magnified: that is for --turn, which says which of them is meant.
      const faces = await detectFaces(turnBitmap(color, turn), effort === 'search' && turn !== 0 ? 'mats' : effort)
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
