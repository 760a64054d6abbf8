/**
 * A network that a picture goes through once: what the runner over tiles must know of it. A method that works by such networks
 * makes one of these of its weights and leaves tiles, memory and blending to this room.
 */
import type { Tensor } from '../graph/tensor.ts'

export interface ForwardNetwork {
  /** For messages: "SRVGG, 64 wide, 12 deep". */
  readonly title: string
  readonly channelsIn: number
  readonly channelsOut: number
  /** Pixels of the output for a pixel of the input, along a side. */
  readonly scale: number
  /** Sides of its input are multiples of this. */
  readonly multiple: number
  /** How far around its place a pixel of the output looks, in pixels of the input; Infinity where statistics of the whole are taken. */
  readonly radius: number
  /** [1, channelsIn, h, w] → [1, channelsOut, h·scale, w·scale]. */
  build(x: Tensor): Tensor
}
