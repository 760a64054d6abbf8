// The places of a layer's features on a picture, and their weights, whole and tile by tile.

import type { Feeds } from '../../../engine/values.ts'
import type { Side } from '../../../images/bitmap.ts'
import type { LayerName } from '../features.ts'
import { mapSide } from '../places.ts'
import { coreOnly, type PlanarMap } from './crop.ts'
import type { Tile } from './grid.ts'

/** Pixels from one place of a layer to the next. */
export function strideOf(layer: LayerName): number {
  return 2 ** (Number(/(\d)_/u.exec(layer)![1]) - 1)
}

/** How many places a layer has. */
export function positionsOf({ width, height }: Side, layer: LayerName): number {
  return mapSide(width, layer) * mapSide(height, layer)
}

/** Sides of its maps. */
export function mapSides({ width, height }: Side, layer: LayerName): Side {
  return { width: mapSide(width, layer), height: mapSide(height, layer) }
}

/** Weights of a layer's places; where none are given all weigh alike and add up to 1. */
export function placesOf(side: Side, layer: LayerName, given: Feeds[string] | undefined): PlanarMap {
  const count = positionsOf(side, layer)
  const data = given ? Float32Array.from(given) : new Float32Array(count).fill(1 / count)
  return { ...mapSides(side, layer), data }
}

/** "weights/<part>" of a tile. */
export function coresOf(
  parts: readonly { readonly name: string; readonly layer: LayerName }[],
  weights: ReadonlyMap<string, PlanarMap>,
  tile: Tile,
  window: Side,
): Record<string, Float32Array> {
  return Object.fromEntries(
    parts.map(({ name, layer }) => [`weights/${name}`, coreOnly(weights.get(name)!, tile, window, strideOf(layer))]),
  )
}
