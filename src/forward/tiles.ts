/**
 * A network over a picture of any size, tile by tile: what lies beyond the picture's edge is the picture mirrored, neighbouring tiles
 * are blended where they overlap, and finished rows are handed on as soon as no tile can change them, so that the floats of a large
 * result are never all there at once.
 *
 * Where the margin is at least the network's radius the result is that of one pass over the whole picture (to rounding); with
 * less, tiles differ a little and the blend hides the step.
 */
import { type CompileOptions, Executable } from '../engine/executable.ts'
import { input } from '../graph/tensor.ts'
import { type AxisPlan, type AxisTile, planAxis } from './axis.ts'
import { tileSide } from './memory.ts'
import type { ForwardNetwork } from './network.ts'

/** Tiles of a picture. */
export interface TilePlan {
  readonly across: AxisPlan
  readonly down: AxisPlan
  /** All of them. */
  readonly count: number
}

export interface TileOptions {
  /** Most pixels of a tile's side, margins included; 0: as memory allows. */
  readonly side: number
  /** What a tile sees beyond its part; undefined: the network's radius, at most MOST_MARGIN. */
  readonly margin?: number
}

/** A wider margin than this costs more than it is worth: a deep network's far pixels hardly count. */
export const MOST_MARGIN = 32
/** Width of the blend where the margin is less than the radius. */
export const BLEND = 16

/** The margin that tiles of a network have unless told. */
export function usualMargin({ radius }: ForwardNetwork): number {
  return Math.min(radius, MOST_MARGIN)
}

/** Cuts a picture into tiles. @throws MemoryError, or TileError for a side that is too small */
export function planTiles(
  network: ForwardNetwork,
  { width, height }: { readonly width: number; readonly height: number },
  { side, margin: wanted }: TileOptions,
): TilePlan {
  const { multiple, radius } = network
  // A small tile that was asked for keeps half of itself.
  const margin = wanted ?? (side === 0 ? usualMargin(network) : Math.min(usualMargin(network), side >> 2))
  const blend = margin >= radius ? 0 : Math.min(BLEND, side === 0 ? BLEND : Math.max(1, side >> 3))
  const most = side === 0 ? tileSide(network, { margin, blend }) : side
  const [across, down] = [width, height].map((length) => planAxis(length, { most, margin, blend, multiple }))
  return { across: across!, down: down!, count: across!.tiles.length * down!.tiles.length }
}

/** Planar pixels [channels, height, width] of the input. */
export interface PlanarPicture {
  readonly channels: number
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** Rows of the output that are finished: planar [channels, count, width·scale], from row `top` on. */
export interface FinishedRows {
  readonly top: number
  readonly count: number
  readonly data: Float32Array
}

export interface PassOptions {
  readonly plan: TilePlan
  readonly compile: CompileOptions
  readonly signal?: AbortSignal | undefined
  /** Heard after every tile. */
  readonly onTile?: (done: number, milliseconds: number) => void
  readonly onCompiled?: (facts: { readonly flops: number; readonly milliseconds: number }) => void
  /** Takes finished rows, from top to bottom. */
  readonly onRows: (rows: FinishedRows) => void
}

/** Runs the network over a picture. @returns the number of tiles done: fewer than all where the signal stopped it */
export async function passOverTiles(
  network: ForwardNetwork,
  picture: PlanarPicture,
  { plan, compile, signal, onTile, onCompiled, onRows }: PassOptions,
): Promise<number> {
  const { across, down } = plan
  const { channelsIn, channelsOut, scale } = network
  const started = performance.now()
  const x = input('x', [1, channelsIn, down.side, across.side])
  const executable = await Executable.compile({ outputs: { y: network.build(x) }, name: 'tile' }, compile)
  onCompiled?.({ flops: executable.flops, milliseconds: performance.now() - started })
  const band = createBand(channelsOut, picture.width * scale, down.side * scale)
  let done = 0
  try {
    for (const [row, vertical] of down.tiles.entries()) {
      for (const horizontal of across.tiles) {
        if (signal?.aborted) return done
        const begin = performance.now()
        const { y } = await executable.run({ x: cutTile(picture, plan, vertical, horizontal) })
        band.add(y!, plan, vertical, horizontal, scale)
        done++
        onTile?.(done, performance.now() - begin)
      }
      const next = down.tiles[row + 1]?.start ?? picture.height
      band.finish(next * scale, onRows)
    }
    return done
  } finally {
    await executable.dispose()
  }
}

/** A tile with its margins, mirrored where it reaches beyond the picture. */
function cutTile(
  { channels, width, height, data }: PlanarPicture,
  { across, down }: TilePlan,
  vertical: AxisTile,
  horizontal: AxisTile,
): Float32Array {
  const out = new Float32Array(channels * down.side * across.side)
  const columns = Int32Array.from({ length: across.side }, (_, i) =>
    mirrored(horizontal.start - across.margin + i, width),
  )
  let target = 0
  for (let c = 0; c < channels; c++)
    for (let j = 0; j < down.side; j++) {
      const row = (c * height + mirrored(vertical.start - down.margin + j, height)) * width
      for (let i = 0; i < across.side; i++) out[target++] = data[row + columns[i]!]!
    }
  return out
}

/** The pixel that stands at a place when a side is mirrored about its end pixels, again and again. */
export function mirrored(place: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const at = ((place % period) + period) % period
  return at < length ? at : period - at
}

/** Sums of weighted tiles for the rows that tiles can still change. */
function createBand(channels: number, width: number, height: number) {
  let top = 0
  let sums = new Float32Array(channels * height * width)
  return {
    add(y: Float32Array, { across, down }: TilePlan, vertical: AxisTile, horizontal: AxisTile, scale: number): void {
      const [tileWidth, tileHeight] = [across.side * scale, down.side * scale]
      const [left, first] = [horizontal.start * scale, vertical.start * scale - top]
      const [skipX, skipY] = [across.margin * scale, down.margin * scale]
      for (let c = 0; c < channels; c++)
        for (let j = 0; j < vertical.count * scale; j++) {
          const weight = vertical.weights[Math.floor(j / scale)]!
          let target = (c * height + first + j) * width + left
          let source = (c * tileHeight + skipY + j) * tileWidth + skipX
          for (let i = 0; i < horizontal.count * scale; i++, target++, source++)
            sums[target] = sums[target]! + weight * horizontal.weights[Math.floor(i / scale)]! * y[source]!
        }
    },
    /** Hands on the rows above `end` and keeps the others. */
    finish(end: number, onRows: (rows: FinishedRows) => void): void {
      const count = end - top
      if (count <= 0) return
      const data = new Float32Array(channels * count * width)
      const kept = new Float32Array(channels * height * width)
      for (let c = 0; c < channels; c++) {
        const from = c * height * width
        data.set(sums.subarray(from, from + count * width), c * count * width)
        kept.set(sums.subarray(from + count * width, from + height * width), from)
      }
      onRows({ top, count, data })
      sums = kept
      top = end
    },
  }
}
