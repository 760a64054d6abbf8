// Windows out of planar maps, and back into them.

import type { Side } from '../../../images/bitmap.ts'
import type { Tile } from './grid.ts'

/** A map of features on a picture: the picture's pixels by whole strides. */
export interface PlanarMap extends Side {
  readonly data: Float32Array
}

interface Cut {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The window of a tile in maps of a stride. */
function windowAt({ x, y }: Tile, window: Side, stride: number): Cut {
  return {
    left: x.start / stride,
    top: y.start / stride,
    width: Math.floor(window.width / stride),
    height: Math.floor(window.height / stride),
  }
}

/** What counts of the tile in it, relative to it; what the picture's last rows leave over has no features. */
function coreAt({ x, y }: Tile, cut: Cut, map: Side, stride: number): Cut {
  const end = (to: number, side: number): number => Math.min(Math.floor(to / stride), side)
  const [left, top] = [x.from / stride, y.from / stride]
  return {
    left: left - cut.left,
    top: top - cut.top,
    width: end(x.to, map.width) - left,
    height: end(y.to, map.height) - top,
  }
}

/** A tile's window of maps [planes, h, w]. */
export function windowed(map: PlanarMap, tile: Tile, window: Side, stride: number): Float32Array {
  const { left, top, width, height } = windowAt(tile, window, stride)
  const planes = map.data.length / (map.width * map.height)
  const out = new Float32Array(planes * width * height)
  for (let p = 0; p < planes; p++)
    for (let row = 0; row < height; row++) {
      const from = (p * map.height + top + row) * map.width + left
      out.set(map.data.subarray(from, from + width), (p * height + row) * width)
    }
  return out
}

/** The same of one plane, zero where it does not count for this tile. */
export function coreOnly(map: PlanarMap, tile: Tile, window: Side, stride: number): Float32Array {
  const cut = windowAt(tile, window, stride)
  const core = coreAt(tile, cut, map, stride)
  const out = new Float32Array(cut.width * cut.height)
  for (let row = core.top; row < core.top + core.height; row++) {
    const from = (cut.top + row) * map.width + cut.left + core.left
    out.set(map.data.subarray(from, from + core.width), row * cut.width + core.left)
  }
  return out
}

/** Puts what counts of a window's maps into the whole. */
export function pasteCore(into: PlanarMap, part: Float32Array, tile: Tile, window: Side, stride: number): void {
  const cut = windowAt(tile, window, stride)
  const core = coreAt(tile, cut, into, stride)
  const planes = into.data.length / (into.width * into.height)
  for (let p = 0; p < planes; p++)
    for (let row = core.top; row < core.top + core.height; row++) {
      const from = (p * cut.height + row) * cut.width + core.left
      into.data.set(
        part.subarray(from, from + core.width),
        (p * into.height + cut.top + row) * into.width + cut.left + core.left,
      )
    }
}

/** Adds a window's numbers, all of them, to the whole. */
export function addWindow(into: PlanarMap, part: Float32Array, { x, y }: Tile, window: Side): void {
  const planes = into.data.length / (into.width * into.height)
  for (let p = 0; p < planes; p++)
    for (let row = 0; row < window.height; row++) {
      const to = (p * into.height + y.start + row) * into.width + x.start
      const from = (p * window.height + row) * window.width
      for (let i = 0; i < window.width; i++) into.data[to + i]! += part[from + i]!
    }
}
