// Landmark files that people bring along instead of a detection: the JSON of face-api.js, face_alignment, MediaPipe and
// others (landmark-json.ts), or the text that dlib-like tools write ("x y" or "x, y" per line, also with a point number
// before them, or an iBUG .pts file).
import { readFile } from 'node:fs/promises'
import { checkNesting } from '../config/budget.ts'
import { reasonOf } from '../text/visible.ts'
import { AlignError } from './error.ts'
import { fromMesh } from './face-mesh.ts'
import { checkLandmarks, LANDMARK_COUNT, type Point } from './geometry.ts'
import { pointListsOf } from './landmark-json.ts'

/** What a file's numbers are measured against, and which of its faces is meant. */
export interface LandmarkContext {
  /** The picture that they belong to, in pixels: MediaPipe counts in shares of it. */
  readonly picture?: { readonly width: number; readonly height: number }
  /** Which of several faces, from the left, from 1. */
  readonly face?: number
}

/**
 * Parses the text of a landmark file.
 * @param name what to call it in errors.
 * @returns 68 points in pixels.
 * @throws AlignError, one line, when it is not 68 points, or those of several faces and none is chosen.
 */
export function parseLandmarks(text: string, name: string, context: LandmarkContext = {}): Point[] {
  const faces = /^\s*[[{]\s*["[{\d\-\]}]/u.test(text) ? fromJson(text, name) : [fromLines(text, name)]
  const points = inPixels(choose(faces, name, context.face), name, context.picture)
  try {
    checkLandmarks(points)
  } catch (error) {
    throw new AlignError(`${name}: ${(error as Error).message}`)
  }
  return points
}

/** Reads a landmark file. @throws AlignError as `parseLandmarks`, or when the file can't be read. */
export async function readLandmarks(path: string, context: LandmarkContext = {}): Promise<Point[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AlignError(`${path}: landmarks can't be read (${error.code}); expected a file of 68 points`)
  })
  return parseLandmarks(text, path, context)
}

function choose(faces: readonly Point[][], name: string, index: number | undefined): Point[] {
  const middle = (points: readonly Point[]): number => points.reduce((sum, [x]) => sum + x, 0) / points.length
  const fromLeft = faces.toSorted((a, b) => middle(a) - middle(b))
  if (index === undefined) {
    if (fromLeft.length === 1) return fromLeft[0]!
    throw new AlignError(
      `${name}: expected the landmarks of one face, found those of ${faces.length}; choose one with --face n, from the left`,
    )
  }
  const chosen = fromLeft[index - 1]
  if (!chosen) throw new AlignError(`${name}: there is no face ${index}; found the landmarks of ${faces.length}`)
  return chosen
}

/** A mesh becomes 68 points; shares of the picture become pixels where the format has shares. */
function inPixels(points: Point[], name: string, picture: LandmarkContext['picture']): Point[] {
  if (points.length === LANDMARK_COUNT) return points
  const face = fromMesh(points)
  if (!face.every(([x, y]) => Math.abs(x) <= 2 && Math.abs(y) <= 2)) return face
  if (!picture)
    throw new AlignError(`${name}: expected the picture beside a mesh whose points are shares of it, found none`)
  // A share of 0.5 is the middle of the picture; whole pixel numbers are centres.
  return face.map(([x, y]) => [x * picture.width - 0.5, y * picture.height - 0.5])
}

function fromJson(text: string, name: string): Point[][] {
  let parsed: unknown
  try {
    checkNesting(text)
    parsed = JSON.parse(text)
  } catch (error) {
    throw new AlignError(`${name}: not valid JSON (${reasonOf(error)})`)
  }
  return pointListsOf(parsed, name)
}

function fromLines(text: string, name: string): Point[] {
  const points: Point[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const bare = line.replace(/#.*/, '').trim()
    // .pts files have a header and braces around the points
    if (bare === '' || bare === '{' || bare === '}' || /^[a-z_]+\s*:/i.test(bare)) continue
    const numbers = bare
      .split(/[\s,;:()]+/)
      .filter(Boolean)
      .map(Number)
    const pair = numbers.length === 3 && numbers[0] === points.length ? numbers.slice(1) : numbers
    if (pair.length !== 2 || pair.some((n) => !Number.isFinite(n))) {
      throw new AlignError(`${name}: expected "x y" in line ${i + 1}, found "${bare.slice(0, 40)}"`)
    }
    points.push([pair[0]!, pair[1]!])
  }
  return points
}
