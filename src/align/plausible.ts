// Whether 68 points form a face, whatever the score of the detector or the origin of the points. Only what holds for
// every head that one would call a portrait is asked: profiles, tilted heads, beards, paintings and woodcuts pass; points
// that a network scattered over a tree, or that are in another order or unit, do not. Lengths are in shares of the crop's
// side, in the crop's own frame, so a turned head is judged like an upright one.
import type { FaceBox } from './face.ts'
import { cropSquare, eyesAndMouth, type Point } from './geometry.ts'
import { MIRRORED_POINT } from './mirrored.ts'

/** Most that the looks of the landmark network may differ, as a share of the face's side (landmark-net.ts). */
export const MAX_SPREAD = 0.04
/** Side of the crop as a share of the detector's box (its longer side). On 14 portraits: 1.08 to 1.51. */
const CROP_OF_BOX = [0.75, 2.4] as const
/** A head that leans further than this is upright in another turn of the picture. Degrees. */
const MAX_LEAN = 55

/** Clockwise lean of the crop in degrees, −180 to 180. */
export function leanOf(landmarks: readonly Point[]): number {
  const { quad } = cropSquare(landmarks)
  return (Math.atan2(quad[3][1] - quad[0][1], quad[3][0] - quad[0][0]) * 180) / Math.PI
}

/**
 * What speaks against 68 points being a face, in a few words; undefined when nothing does.
 * @throws AlignError when they are not 68 points or span nothing
 */
export function doubtAboutShape(landmarks: readonly Point[]): string | undefined {
  if (handedness(landmarks) < 0) return mirroredDoubt(landmarks)
  const frame = inCrop(landmarks)
  const row = (from: number, to: number): number => average(frame.slice(from, to).map(([, y]) => y))
  const column = (from: number, to: number): number => average(frame.slice(from, to).map(([x]) => x))
  const brows = row(17, 27)
  const eyes = row(36, 48)
  const mouth = row(48, 60)
  const rows: readonly (readonly [string, number])[] = [
    ['brows', brows],
    ['eyes', eyes],
    ['nose', row(31, 36)],
    ['mouth', mouth],
    ['chin', row(7, 10)],
  ]
  for (const [i, [name, y]] of rows.entries()) {
    const below = rows[i + 1]
    if (below && below[1] - y < 0.012)
      return `the ${name} do not lie above the ${below[0]}`.replace(/^the (nose|mouth) do/, 'the $1 does')
  }
  const apart = column(42, 48) - column(36, 42)
  const down = mouth - eyes
  if (apart < 0.25 * down) return 'the eyes are too close to one another'
  if (apart > 2.2 * down) return 'the mouth is too close to the eyes'
  if (frame[8]![1] - mouth < 0.2 * down || frame[8]![1] - mouth > 2 * down) return 'the chin is not where a chin is'
  if (eyes - brows > 0.8 * down) return 'the brows are too far from the eyes'
  const wide = Math.max(...frame.slice(0, 17).map(([x]) => x)) - Math.min(...frame.slice(0, 17).map(([x]) => x))
  if (wide < 0.9 * apart || wide > 3.2 * Math.max(apart, down)) return 'the jaw does not fit the eyes'
  const nose = column(31, 36)
  // In a full profile the tip of the nose leaves the space between the eyes, but not by an eye distance.
  if (nose < column(36, 42) - 0.8 * apart || nose > column(42, 48) + 0.8 * apart) return 'the nose is beside the eyes'
  const skew = Math.abs(leanOfLine(frame))
  if (skew > 35) return `the mouth is not below the eyes (${Math.round(skew)}° aside)`
  return undefined
}

/** What speaks against a detected face's points, besides their shape: the box and the lean. */
export function doubtAboutPlace(landmarks: readonly Point[], box: FaceBox): string | undefined {
  const lean = leanOf(landmarks)
  if (Math.abs(lean) > MAX_LEAN) return `the head would lean by ${Math.round(Math.abs(lean))}°`
  const { size, quad } = cropSquare(landmarks)
  const share = size / Math.max(box.width, box.height)
  if (share < CROP_OF_BOX[0] || share > CROP_OF_BOX[1]) {
    return `its crop would be ${share.toFixed(1)} × the detector's box, where faces have ${CROP_OF_BOX.join(' to ')}`
  }
  const center = [(quad[0][0] + quad[2][0]) / 2 - box.x, (quad[0][1] + quad[2][1]) / 2 - box.y] as const
  if (center[0] < 0 || center[0] > box.width || center[1] < -0.1 * box.height || center[1] > box.height) {
    return "its crop would lie beside the detector's box"
  }
  return undefined
}

/** Landmarks mapped to the crop: 0 to 1, upright. */
function inCrop(landmarks: readonly Point[]): Point[] {
  const { quad, size } = cropSquare(landmarks)
  const [origin, , , right] = quad
  const ux = [(right[0] - origin[0]) / size, (right[1] - origin[1]) / size] as const
  return landmarks.map(([x, y]) => {
    const [dx, dy] = [(x - origin[0]) / size, (y - origin[1]) / size]
    return [dx * ux[0] + dy * ux[1], dy * ux[0] - dx * ux[1]]
  })
}

/** Angle between "across the eyes" and "eyes to mouth", off the right one. Degrees. */
function leanOfLine(landmarks: readonly Point[]): number {
  const { left, right, mouth } = eyesAndMouth(landmarks)
  const across = Math.atan2(right[1] - left[1], right[0] - left[0])
  const down = Math.atan2(mouth[1] - (left[1] + right[1]) / 2, mouth[0] - (left[0] + right[0]) / 2)
  const off = down - across - Math.PI / 2
  return (Math.atan2(Math.sin(off), Math.cos(off)) * 180) / Math.PI
}

/** Positive when the eye of points 36–41 is on the left as one looks from the eyes down to the mouth, y down. */
function handedness(landmarks: readonly Point[]): number {
  const { left, right, mouth } = eyesAndMouth(landmarks)
  const [ex, ey] = [right[0] - left[0], right[1] - left[1]]
  const [mx, my] = [mouth[0] - (left[0] + right[0]) / 2, mouth[1] - (left[1] + right[1]) / 2]
  return ex * my - ey * mx
}

/** Points whose sense of rotation is wrong: exchanged coordinates or exchanged sides? */
function mirroredDoubt(landmarks: readonly Point[]): string {
  const swapped = landmarks.map(([x, y]): Point => [y, x])
  if (Math.abs(leanOf(swapped)) < 45 && doubtAboutShape(swapped) === undefined) return 'x and y are exchanged'
  const sides = MIRRORED_POINT.map((i) => landmarks[i]!)
  if (doubtAboutShape(sides) === undefined) {
    return "left and right are exchanged (points 36 to 41 are the eye on the picture's left)"
  }
  return 'the points are in another order than the 68 of iBUG 300-W'
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
