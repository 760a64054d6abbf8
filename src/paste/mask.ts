// Which part of a face's square goes into the photograph: head and hair where a parser says so, otherwise the square itself. Both
// fade out, and nothing is left of them at the square's edge.
import { gaussianFilter } from '../align/gaussian.ts'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'

/** Part of the side that is left out at each edge of the square, and the softness (sigma) of that edge. */
const SQUARE_EDGE = 0.1
const SQUARE_SOFTNESS = 0.03
/** A head is widened by this part of the side before its edge is softened, so that the edge's middle lies outside of it. */
const HEAD_MARGIN = 0.012
/** Within these parts of the side from the square's edge a mask falls to nothing; long hair, which is cut below, needs the most. */
const RIM = 0.06
const RIM_BELOW = 0.14

/** The eroded square, feathered: 0…255, side × side, gray. */
export function squareMask(side: number): Bitmap {
  const edge = SQUARE_EDGE * side
  const plane = Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) + 0.5, Math.floor(i / side) + 0.5]
    return Math.min(x, y, side - x, side - y) >= edge ? 1 : 0
  })
  return maskOf(soft(plane, side, SQUARE_SOFTNESS * side), side)
}

/**
 * The mask of parsed heads, widened and feathered, in colour: green where the old head is, white where the result has one there as
 * well. Nothing goes beyond the old outline, so that no new hair lies on the old background; where only the old head is (an ear
 * beside a turned face), colours alone change.
 *
 * @param result whether a place is of the head, side × side, in the result
 * @param crop the same in the crop
 * @param feather softness of the edge as a part of the side
 */
export function headMask(result: readonly boolean[], crop: readonly boolean[], side: number, feather: number): Bitmap {
  const old = withoutSpecks(Float32Array.from(crop, Number), side)
  const fresh = withoutSpecks(Float32Array.from(result, Number), side)
  const wide = soft(old, side, Math.max(1, HEAD_MARGIN * side)).map((value) => (value > 0.2 ? 1 : 0))
  const bytes = (head: Float32Array) => maskOf(soft(head, side, feather * side), side).data
  const [colors, whole] = [bytes(wide), bytes(wide.map((value, i) => value * fresh[i]!))]
  const out = createBitmap(side, side, 3)
  for (let i = 0; i < side * side; i++) {
    out.data[3 * i] = whole[i]!
    out.data[3 * i + 1] = Math.max(whole[i]!, colors[i]!)
    out.data[3 * i + 2] = whole[i]!
  }
  return out
}

function soft(plane: Float32Array, side: number, sigma: number): Float32Array {
  return gaussianFilter(plane, { height: side, width: side, channels: 1 }, sigma)
}

/** As bytes, gone at the square's edge. */
function maskOf(plane: Float32Array, side: number): Bitmap {
  const out = createBitmap(side, side, 1)
  for (let i = 0; i < plane.length; i++) {
    const [x, y] = [(i % side) + 0.5, Math.floor(i / side) + 0.5]
    const above = (Math.min(x, y, side - x) - 0.5) / (RIM * side)
    const below = (side - y - 0.5) / (RIM_BELOW * side)
    const t = Math.min(1, Math.max(0, Math.min(above, below)))
    out.data[i] = Math.round(255 * Math.min(1, Math.max(0, plane[i]!)) * t * t * (3 - 2 * t))
  }
  return out
}

/** Its largest connected part, holes filled: what is apart from it is another person, or an error of the parser. */
function withoutSpecks(plane: Float32Array, side: number): Float32Array {
  const heads = partsOf(plane, side, 1)
  if (heads.length === 0) return plane
  const head = heads.reduce((largest, part) => (part.length > largest.length ? part : largest))
  const alone = new Float32Array(plane.length)
  for (const i of head) alone[i] = 1
  const atBorder = (i: number) => i % side === 0 || i % side === side - 1 || i < side || i >= side * (side - 1)
  for (const hole of partsOf(alone, side, 0)) if (!hole.some(atBorder)) for (const i of hole) alone[i] = 1
  return alone
}

/** Connected parts (by edges) of the pixels of a value. */
function partsOf(plane: Float32Array, side: number, value: number): number[][] {
  const seen = new Uint8Array(plane.length)
  const parts: number[][] = []
  for (let start = 0; start < plane.length; start++) {
    if (seen[start] === 1 || plane[start] !== value) continue
    const part = [start]
    seen[start] = 1
    for (let at = 0; at < part.length; at++) {
      const i = part[at]!
      const x = i % side
      const near = [x > 0 ? i - 1 : -1, x < side - 1 ? i + 1 : -1, i - side, i + side]
      for (const j of near) {
        if (j < 0 || j >= plane.length || seen[j] === 1 || plane[j] !== value) continue
        seen[j] = 1
        part.push(j)
      }
    }
    parts.push(part)
  }
  return parts
}
