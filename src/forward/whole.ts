/**
 * A network over a whole picture at once: for those that take statistics of all of it, or see all of it, where tiles would each come out
 * differently. Sides that the network can't have are filled up with the picture mirrored, and cut off again.
 */
import { type ProgramCost, programCost } from '../engine/cost.ts'
import { type CompileOptions, Executable } from '../engine/executable.ts'
import { MemoryError } from '../engine/memory.ts'
import { input } from '../graph/tensor.ts'
import type { Side } from '../images/bitmap.ts'
import { up } from './axis.ts'
import { freeBytes } from './memory.ts'
import type { ForwardNetwork } from './network.ts'
import { mirrored, type PlanarPicture } from './tiles.ts'

/** Mirrored borders inside of a network want some pixels, however small the picture is. */
const LEAST_SIDE = 32

/** Sides of what the network is given. */
export function wholeSides({ multiple }: ForwardNetwork, { width, height }: Side): Side {
  const filled = (side: number) => up(Math.max(side, LEAST_SIDE), multiple)
  return { width: filled(width), height: filled(height) }
}

/** What a pass costs, by its graph alone. */
export function wholeCost(network: ForwardNetwork, picture: Side): ProgramCost {
  const { width, height } = wholeSides(network, picture)
  return programCost({ outputs: { y: network.build(input('x', [1, network.channelsIn, height, width])) } })
}

/** @throws MemoryError where a pass would not fit, with a size that does */
export function requireWholeMemory(network: ForwardNetwork, picture: Side, free: number = freeBytes()): void {
  const { held } = wholeCost(network, picture)
  if (held <= free) return
  const words = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const fits = Math.floor(Math.max(picture.width, picture.height) * Math.sqrt(free / held) * 0.9)
  throw new MemoryError(
    `not enough memory: expected ${words(held)} for ${picture.width}×${picture.height} px by a ${network.title}, which sees the whole picture, found ${words(free)} free; --size ${fits} fits`,
  )
}

/** A network compiled for pictures of one size. */
export interface WholePass {
  readonly flops: number
  /** Spent on compiling. */
  readonly milliseconds: number
  /** Planar [channelsOut, height·scale, width·scale] of a picture; `feeds` are the network's other inputs. */
  run(data: Float32Array, feeds?: Readonly<Record<string, Float32Array>>): Promise<Float32Array>
  dispose(): Promise<void>
}

/** Compiles it. */
export async function openWhole(network: ForwardNetwork, picture: Side, compile: CompileOptions): Promise<WholePass> {
  const { channelsIn, channelsOut, scale } = network
  const sides = wholeSides(network, picture)
  const began = performance.now()
  const x = input('x', [1, channelsIn, sides.height, sides.width])
  const executable = await Executable.compile({ outputs: { y: network.build(x) }, name: 'whole' }, compile)
  return {
    flops: executable.flops,
    milliseconds: performance.now() - began,
    async run(data, feeds = {}) {
      const { y } = await executable.run({ ...feeds, x: filledUp({ channels: channelsIn, ...picture, data }, sides) })
      const [width, height] = [picture.width * scale, picture.height * scale]
      const out = new Float32Array(channelsOut * height * width)
      for (let c = 0, target = 0; c < channelsOut; c++)
        for (let j = 0; j < height; j++, target += width) {
          const source = (c * sides.height * scale + j) * sides.width * scale
          out.set(y!.subarray(source, source + width), target)
        }
      return out
    },
    dispose: () => executable.dispose(),
  }
}

/** To the right and below the picture is mirrored. */
function filledUp({ channels, width, height, data }: PlanarPicture, sides: Side): Float32Array {
  if (sides.width === width && sides.height === height) return data
  const out = new Float32Array(channels * sides.height * sides.width)
  for (let c = 0, target = 0; c < channels; c++)
    for (let j = 0; j < sides.height; j++) {
      const row = (c * height + mirrored(j, height)) * width
      for (let i = 0; i < sides.width; i++) out[target++] = data[row + mirrored(i, width)]!
    }
  return out
}
