// Landmarks in the JSON of the tools that people have. What counts is the shape, not the tool: a list of points is [x, y],
// [x, y, z] or an object with x and y (face-api.js keeps them as _x and _y), 68 of them or a mesh; it may lie in a list of
// faces and in objects under a name that tools use. Known to come out so: face-api.js, face_alignment and dlib bindings
// (lists), MediaPipe in Python and JavaScript (faceLandmarks, multi_face_landmarks, landmark), TensorFlow.js (keypoints).
import { cut } from '../text/visible.ts'
import { AlignError } from './error.ts'
import { MESH_COUNTS } from './face-mesh.ts'
import { LANDMARK_COUNT, type Point } from './geometry.ts'

/**
 * Names under which tools keep points or faces, the better first: beside `landmarks` face-api.js has `unshiftedLandmarks`
 * (of the box alone) and boxes.
 */
const NAMES = [
  'landmarks',
  'faceLandmarks',
  'face_landmarks',
  'multiFaceLandmarks',
  'multi_face_landmarks',
  'faces',
  'landmark',
  'positions',
  '_positions',
  'keypoints',
  'points',
  'shape',
] as const

/** Deeper than any tool nests. */
const MAX_DEPTH = 6

/** Every list of points in a parsed file, in its order. @param name what to call the file in errors */
export function pointListsOf(parsed: unknown, name: string): Point[][] {
  const lists = search(parsed, name, 0)
  if (lists.length === 0)
    throw new AlignError(`${name}: expected 68 points, or a list of faces with 68 points, found none`)
  return lists
}

function search(value: unknown, name: string, depth: number): Point[][] {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const entries = value as unknown[]
    if (entries.length === 2 * LANDMARK_COUNT && entries.every((entry) => typeof entry === 'number')) {
      return [
        Array.from(
          { length: LANDMARK_COUNT },
          (_, i): Point => [entries[2 * i] as number, entries[2 * i + 1] as number],
        ),
      ]
    }
    return isPoint(entries[0]) ? [pointsOf(entries, name)] : entries.flatMap((entry) => search(entry, name, depth + 1))
  }
  const named = value as Record<string, unknown>
  for (const key of NAMES) {
    if (!(key in named)) continue
    const found = search(named[key], name, depth + 1)
    if (found.length > 0) return found
  }
  return []
}

function isPoint(value: unknown): boolean {
  return coordinatesOf(value) !== undefined
}

/** x and y of anything that looks like a point, whatever their types. */
function coordinatesOf(value: unknown): readonly [unknown, unknown] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const [x, y] = value as unknown[]
    const flat =
      (value.length === 2 || value.length === 3) &&
      (value as unknown[]).every((part) => typeof part !== 'object' || part === null)
    return flat ? [x, y] : undefined
  }
  const named = value as Record<string, unknown>
  if ('x' in named && 'y' in named) return [named.x, named.y]
  if ('_x' in named && '_y' in named) return [named._x, named._y]
  return undefined
}

function pointsOf(entries: readonly unknown[], name: string): Point[] {
  const points = entries.map((entry, i): Point => {
    const [x, y] = coordinatesOf(entry) ?? []
    if (typeof x !== 'number' || typeof y !== 'number') {
      throw new AlignError(`${name}: expected [x, y] as entry ${i}, found ${shorten(JSON.stringify(entry))}`)
    }
    return [x, y]
  })
  if (points.length !== LANDMARK_COUNT && !MESH_COUNTS.includes(points.length)) {
    throw new AlignError(
      `${name}: expected ${LANDMARK_COUNT} landmarks of [x, y], found ${points.length} (a mesh of MediaPipe has ${MESH_COUNTS.join(' or ')})`,
    )
  }
  return points
}

function shorten(text: string | undefined): string {
  return text === undefined ? 'nothing' : cut(text, 60)
}
