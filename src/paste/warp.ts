// From pixels of a photograph to places in the square that was cut out of it, and smooth values there.
import type { Quad } from '../align/geometry.ts'

/** Where a pixel of the photograph lies in a square of side × side, as pixel centres count there. */
export interface IntoSquare {
  /** Corner of the square's bounding box in the photograph, and one past its last pixel. */
  readonly box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }
  /** Column and row there, by a pixel's column and row. */
  u(x: number, y: number): number
  v(x: number, y: number): number
}

/** @param quad the square's corners in the photograph, as the alignment gives them */
export function intoSquare(
  quad: Quad,
  side: number,
  photo: { readonly width: number; readonly height: number },
): IntoSquare {
  const [origin, bottomLeft, , topRight] = quad
  const right = [topRight[0] - origin[0], topRight[1] - origin[1]] as const
  const down = [bottomLeft[0] - origin[0], bottomLeft[1] - origin[1]] as const
  const area = right[0] * down[1] - right[1] * down[0]
  const [xs, ys] = [quad.map(([x]) => x), quad.map(([, y]) => y)]
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value))
  return {
    box: {
      left: within(Math.floor(Math.min(...xs)), photo.width),
      top: within(Math.floor(Math.min(...ys)), photo.height),
      right: within(Math.ceil(Math.max(...xs)) + 1, photo.width),
      bottom: within(Math.ceil(Math.max(...ys)) + 1, photo.height),
    },
    // The alignment moves both the pixel's centre and the corners by half a pixel, so that the two cancel.
    u: (x, y) => (((x - origin[0]) * down[1] - (y - origin[1]) * down[0]) / area) * side - 0.5,
    v: (x, y) => (((y - origin[1]) * right[0] - (x - origin[0]) * right[1]) / area) * side - 0.5,
  }
}

// Mitchell and Netravali's cubic of B = C = 1/3: no steps where one sample covers many pixels, and hardly any rings.
const near = (d: number) => ((7 * d - 12) * d * d + 16 / 3) / 6
const far = (d: number) => ((((-7 / 3) * d + 12) * d - 20) * d) / 6 + 16 / 9

/** Weights of the four samples around a place that lies by t, 0…1, behind the second. */
function cubicWeights(t: number, out: Float64Array): void {
  out[0] = far(1 + t)
  out[1] = near(t)
  out[2] = near(1 - t)
  out[3] = far(2 - t)
}

/** Reads several planes of one square at one place. */
export interface SquareReader {
  /** Goes to a place; false where it lies outside of the square. */
  at(u: number, v: number): boolean
  /** The value of a plane there; beyond the edge the edge goes on. */
  read(plane: Float32Array): number
}

/** A reader of side × side planes. */
export function squareReader(side: number): SquareReader {
  const [wx, wy] = [new Float64Array(4), new Float64Array(4)]
  const [columns, rows] = [new Int32Array(4), new Int32Array(4)]
  const clamp = (i: number) => (i < 0 ? 0 : i >= side ? side - 1 : i)
  return {
    at(u, v) {
      if (u < -0.5 || v < -0.5 || u > side - 0.5 || v > side - 0.5) return false
      const x = Math.floor(u)
      const y = Math.floor(v)
      cubicWeights(u - x, wx)
      cubicWeights(v - y, wy)
      for (let k = 0; k < 4; k++) {
        columns[k] = clamp(x - 1 + k)
        rows[k] = clamp(y - 1 + k) * side
      }
      return true
    },
    read(plane) {
      let sum = 0
      for (let j = 0; j < 4; j++) {
        const row = rows[j]!
        sum +=
          wy[j]! *
          (wx[0]! * plane[row + columns[0]!]! +
            wx[1]! * plane[row + columns[1]!]! +
            wx[2]! * plane[row + columns[2]!]! +
            wx[3]! * plane[row + columns[3]!]!)
      }
      return sum
    },
  }
}

/** A reader that goes straight between the four samples around: for planes that are smooth already. */
export function linearReader(side: number): SquareReader {
  let [corner, right, below, wx, wy] = [0, 0, 0, 0, 0]
  return {
    at(u, v) {
      if (u < -0.5 || v < -0.5 || u > side - 0.5 || v > side - 0.5) return false
      const column = Math.min(side - 1, Math.max(0, u))
      const row = Math.min(side - 1, Math.max(0, v))
      const x = Math.floor(column)
      const y = Math.floor(row)
      wx = column - x
      wy = row - y
      corner = y * side + x
      right = x + 1 < side ? 1 : 0
      below = y + 1 < side ? side : 0
      return true
    },
    read(plane) {
      const upper = plane[corner]! + wx * (plane[corner + right]! - plane[corner]!)
      const lower = plane[corner + below]! + wx * (plane[corner + below + right]! - plane[corner + below]!)
      return upper + wy * (lower - upper)
    },
  }
}

/** A plane of side × side enlarged by a whole factor, smoothly. */
export function enlarged(plane: Float32Array, side: number, factor: number): Float32Array {
  const size = side * factor
  const out = new Float32Array(size * size)
  const reader = squareReader(side)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      reader.at((x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5)
      out[y * size + x] = reader.read(plane)
    }
  return out
}
