// How a picture too large for one program is cut. Every tile is looked at through a window that is wider than what counts of
// it: by as much as the network's features see, so that those of the tile are the very features of the whole picture. Windows
// begin at multiples of the stride of the deepest features and are all of one size, so that one program serves them all.

import { type Reach, type VggKind, type VggLayer, vggReach } from '../../../features/vgg.ts'
import type { Side } from '../../../images/bitmap.ts'
import type { Random } from '../../../numbers/random.ts'

/** What of a line counts in one window. */
export interface Span {
  /** First pixel of the window. */
  readonly start: number
  /** What counts: [from, to), pixels of the line. */
  readonly from: number
  readonly to: number
}

/** A window over a picture. */
export interface Tile {
  readonly x: Span
  readonly y: Span
}

/** How one side is cut. */
export interface Axis {
  readonly length: number
  /** Pixels of a window. */
  readonly window: number
  /** Windows, or one. */
  readonly count: number
  /** Where their boundaries may lie: at multiples of it. */
  readonly stride: number
  /** Pixels beyond a boundary that features on this side of it see, a multiple of the stride. */
  readonly halo: number
}

/** How a picture is cut. */
export interface Grid {
  readonly x: Axis
  readonly y: Axis
}

/** What the deepest and widest of some layers need. */
export interface Margin {
  readonly stride: number
  readonly halo: number
}

/** Boundaries have at least so many places between which the grid moves, where it costs nothing or little. */
const PLACES = 4

/** @param layers at least one */
export function marginOf(kind: VggKind, layers: readonly VggLayer[]): Margin {
  const reaches = layers.map((layer) => vggReach(kind, layer))
  const stride = Math.max(...reaches.map((reach) => reach.stride))
  const seen = Math.max(...reaches.map(sides))
  return { stride, halo: Math.ceil(seen / stride) * stride }
}

/** Pixels that features see beyond a boundary between two of them. */
function sides({ stride, before, after }: Reach): number {
  return Math.max(before, after - stride + 1)
}

/** The smallest window that leaves something to count, whatever remainder it must have. */
export function leastWindow({ stride, halo }: Margin): number {
  return 2 * halo + 2 * stride
}

/** @param most pixels of a window's side, at least `leastWindow` */
export function gridOf({ width, height }: Side, most: number, margin: Margin): Grid {
  return { x: axisOf(width, most, margin), y: axisOf(height, most, margin) }
}

function axisOf(length: number, most: number, { stride, halo }: Margin): Axis {
  if (length <= most) return { length, window: length, count: 1, stride, halo }
  // All windows leave the same remainder as the side itself: the last one ends where the picture ends.
  const rest = length % stride
  const least = Math.ceil((2 * halo + stride - rest) / stride) * stride + rest
  if (least > most) throw new RangeError(`expected windows of at least ${least} px, found at most ${most}`)
  for (let count = 2; ; count++) {
    for (let window = least; window <= most; window += stride) {
      const axis = { length, window, count, stride, halo }
      if (slack(axis) >= PLACES * stride || (window + stride > most && slack(axis) >= 0)) return axis
    }
  }
}

/** Pixels by which all boundaries can move towards the start; negative where the windows do not cover the side. */
function slack(axis: Axis): number {
  const { length, window, count, halo } = axis
  return firstLength(axis) + (count - 2) * innerLength(axis) - (length - window + halo)
}

const whole = (pixels: number, stride: number): number => Math.floor(pixels / stride) * stride
const firstLength = ({ window, halo, stride }: Axis): number => whole(window - halo, stride)
const innerLength = ({ window, halo, stride }: Axis): number => whole(window - 2 * halo, stride)

/** The tiles of a picture, as the grid lies this time. */
export function tilesOf({ x, y }: Grid, random?: Random): Tile[] {
  const [columns, rows] = [spansOf(x, random), spansOf(y, random)]
  return rows.flatMap((row) => columns.map((column) => ({ x: column, y: row })))
}

function spansOf(axis: Axis, random: Random | undefined): Span[] {
  const { length, window, count, halo, stride } = axis
  if (count === 1) return [{ start: 0, from: 0, to: length }]
  const most = Math.min(slack(axis), PLACES * stride, firstLength(axis) - stride)
  const shift = (random?.integer(most / stride + 1) ?? 0) * stride
  const boundary = (i: number): number =>
    i === 0 ? 0 : i === count ? length : firstLength(axis) - shift + (i - 1) * innerLength(axis)
  return Array.from({ length: count }, (_, i) => {
    const from = boundary(i)
    return { start: Math.min(Math.max(0, from - halo), length - window), from, to: boundary(i + 1) }
  })
}

/** Tiles of a grid. */
export function tileCount({ x, y }: Grid): number {
  return x.count * y.count
}

/** Sides of its windows. */
export function windowOf({ x, y }: Grid): Side {
  return { width: x.window, height: y.window }
}
