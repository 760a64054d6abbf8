// What detection hands on: a face with its box, score and 68 landmarks; and how one of several is chosen. Faces are
// numbered left to right because that is how one points at people in a group picture.
import { AlignError } from './error.ts'
import type { Point } from './geometry.ts'

/** Pixels of the picture, x to the right and y down. */
export interface FaceBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface DetectedFace {
  readonly box: FaceBox
  /** The detector's confidence, 0 to 1. */
  readonly score: number
  /** 68 points of the iBUG 300-W layout, in pixels of the picture. */
  readonly landmarks: readonly Point[]
  /** How far repeated looks at the landmarks lie apart, as a share of the face's side. */
  readonly spread: number
  /** How sure a second look at the crop is of a face, 0 to 1; 0 where it was not even asked. */
  readonly second: number
  /** What speaks against its being a face; absent: nothing. */
  readonly doubt?: string
  /** Nothing speaks against it, and much for it. */
  readonly clear: boolean
}

/** The shorter side, in pixels, below which a face has too little in it to be worth aligning. */
export const MIN_FACE = 32

const shorterSide = (face: DetectedFace): number => Math.min(face.box.width, face.box.height)

/** Faces large enough to use, from left to right: the order that `--face n` counts in, from 1. */
export function numberFaces(faces: readonly DetectedFace[]): DetectedFace[] {
  const center = (face: DetectedFace): number => face.box.x + face.box.width / 2
  return faces.filter((face) => shorterSide(face) >= MIN_FACE).sort((a, b) => center(a) - center(b))
}

function place({ box: { x, y, width, height } }: DetectedFace): string {
  return `${Math.round(width)}×${Math.round(height)} px at (${Math.round(x)}, ${Math.round(y)})`
}

/** How to choose. */
export interface FaceChoice {
  /** Counted from 1 and from the left; absent: the only one. */
  readonly face?: number
  /** What becomes of a face that something speaks against. */
  readonly doubt?: 'refuse' | 'accept'
}

/** The faces that `--face n` counts, from left to right: doubtful ones only where they are accepted. */
export function countedFaces(all: readonly DetectedFace[], { doubt = 'refuse' }: FaceChoice = {}): DetectedFace[] {
  return numberFaces(doubt === 'accept' ? all : all.filter((face) => face.doubt === undefined))
}

/**
 * All faces to work on.
 * @throws AlignError as chooseFace, when there is none to count
 */
export function allFaces(all: readonly DetectedFace[], choice: FaceChoice = {}): DetectedFace[] {
  const counted = countedFaces(all, choice)
  if (counted.length === 0) chooseFace(all, choice)
  return counted
}

/**
 * The face to work on: the only one, or the n-th from the left, counted from 1. Doubtful ones do not count unless they
 * are accepted.
 * @throws AlignError in one line when there is none, none of MIN_FACE pixels, doubtful ones only, several and no choice
 * (it names them all and says how to choose), or no such number.
 */
export function chooseFace(
  all: readonly DetectedFace[],
  { face: index, doubt = 'refuse' }: FaceChoice = {},
): DetectedFace {
  const faces = doubt === 'accept' ? all : all.filter((face) => face.doubt === undefined)
  if (all.length === 0) {
    throw new AlignError('no face was found; crop the picture closer to the face, or give its 68 points (--landmarks)')
  }
  if (faces.length === 0) throw new AlignError(doubtful(all))
  const usable = numberFaces(faces)
  if (usable.length === 0) {
    const largest = Math.round(Math.max(...faces.map(shorterSide)))
    throw new AlignError(
      `the face is too small: expected at least ${MIN_FACE} px across, found ${largest}; use a larger scan`,
    )
  }
  const list = usable.map((face, i) => `${i + 1}: ${place(face)}`).join('; ')
  if (index === undefined) {
    if (usable.length > 1) {
      throw new AlignError(
        `${usable.length} faces were found, from left to right ${list}; choose one with --face n; rephoto run takes all with --face all`,
      )
    }
    return usable[0]!
  }
  const face = Number.isInteger(index) ? usable[index - 1] : undefined
  if (!face) {
    const more = all.length > faces.length ? `; --insist counts ${all.length - faces.length} doubtful more` : ''
    throw new AlignError(`there is no face ${index}; found, from left to right, ${list}${more}`)
  }
  return face
}

function doubtful(faces: readonly DetectedFace[]): string {
  const likeliest = faces.toSorted((a, b) => b.score - a.score)[0]!
  const seen = `what looks most like a face (${place(likeliest)}, detector ${likeliest.score.toFixed(2)})`
  return `no face was found: ${seen} is doubtful, because ${likeliest.doubt}; if it is a face, insist (--insist), or give its 68 points (--landmarks)`
}
