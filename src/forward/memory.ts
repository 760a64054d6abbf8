// How much memory a pass through a graph takes, and how large a tile may therefore be.

import { addressSpace, MemoryError } from '../engine/memory.ts'
import { ancestors } from '../graph/gradients.ts'
import { sizeOf } from '../graph/shape.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import { leastSide, up } from './axis.ts'
import type { ForwardNetwork } from './network.ts'

/** Bytes of activations that are alive at once, at the most: every tensor from where it is computed to its last reader. */
export function liveBytes(outputs: readonly Tensor[]): number {
  const order = ancestors(outputs).filter(({ op }) => op !== 'Constant')
  const last = new Map<Tensor, number>()
  order.forEach((t, i) => {
    for (const read of t.inputs) last.set(read, i)
  })
  for (const t of outputs) last.set(t, order.length)
  const ending = new Map<number, Tensor[]>()
  for (const [t, i] of last) ending.set(i, [...(ending.get(i) ?? []), t])
  let [alive, most] = [0, 0]
  order.forEach((t, i) => {
    alive += bytesOf(t)
    most = Math.max(most, alive)
    for (const read of ending.get(i) ?? []) if (read.op !== 'Constant') alive -= bytesOf(read)
  })
  return most
}

const bytesOf = ({ shape }: Tensor) => 4 * sizeOf(shape)

/** What the engine takes beside the activations: blocked copies of them, and what its allocator keeps (measured, ONNX Runtime). */
const BESIDE = 2

/** Bytes that a pass over one tile takes. */
export function passBytes(network: ForwardNetwork, side: number): number {
  return BESIDE * liveBytes([network.build(input('x', [1, network.channelsIn, side, side]))])
}

/** Bytes that can be had: a share of what is free, and of what a limit leaves. */
export function freeBytes(): number {
  return Math.min(process.availableMemory(), addressSpace() - process.memoryUsage().rss)
}

/** Larger tiles than this are no quicker, and the progress would stand still. */
const MOST_SIDE = 512
/** Sides that are tried are multiples of this. */
const GRID = 32
/** Of free memory; the picture, the result and other programs need some. */
const SHARE = 0.5

export interface TileWish {
  /** As `planAxis` has them. */
  readonly margin: number
  readonly blend: number
  readonly free?: number
}

/**
 * The largest side of a tile, margins included, that memory allows. It is found by building the graph, so it holds for any network.
 * @throws MemoryError where not even the least tile fits
 */
export function tileSide(network: ForwardNetwork, { margin, blend, free = freeBytes() }: TileWish): number {
  const step = up(GRID, network.multiple)
  const least = leastSide({ margin, blend, multiple: network.multiple })
  // Activations grow with the area, exactly: networks without a fixed part need only one try.
  const perPixel = passBytes(network, step) / step ** 2
  const affordable = Math.floor(Math.sqrt((free * SHARE) / perPixel))
  const side = Math.min(Math.max(MOST_SIDE, 2 * least), Math.floor(affordable / step) * step)
  if (side >= least) return side
  throw new MemoryError(
    `not enough memory: expected at least ${megabytes(perPixel * least ** 2)} for a tile of ${least} px (${network.title}), found ${megabytes(free * SHARE)} to spare; end other programs, or use a smaller network`,
  )
}

function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
}
