/**
 * Networks that take no statistics of the picture (batch norm) over a photograph in tiles: encoder, mapping and decoder are one graph, so
 * that a photograph of any size takes the memory of a tile. A mapping that fills in looks for what fits within the tile.
 */
import { liveBytes } from '../forward/memory.ts'
import type { ForwardNetwork } from '../forward/network.ts'
import { type PlanarPicture, passOverTiles, planTiles, type TileOptions, type TilePlan } from '../forward/tiles.ts'
import { greaterOrEqual, toFloat } from '../graph/elementwise.ts'
import { countFlops } from '../graph/flops.ts'
import { reshape, sliceAxis } from '../graph/layout.ts'
import { avgPool } from '../graph/pool.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import type { Side } from '../images/bitmap.ts'
import { sequence, takesStatistics } from './blocks.ts'
import { type DamageMask, latentMask } from './latent-mask.ts'
import { mappingQuality } from './mapping-quality.ts'
import { mappingScratch } from './mapping-scratch.ts'
import { MULTIPLE, type PartCost, type PassOptions, type RestoreNetworks } from './pass.ts'
import { decode, encode, planesOf } from './vae.ts'

/** Tiles of a mapping that fills in have this side unless told: many more positions than it learned with wash out what attention finds. */
const ATTENTION_SIDE = 256

/** The three as one network over tiles; undefined where one takes statistics of the whole photograph, or looks at whole patches. */
export function tiledNetwork({ encoder, mapping, decoder, kind }: RestoreNetworks): ForwardNetwork | undefined {
  if (kind === 'hr' || [encoder, mapping, decoder].some(takesStatistics)) return undefined
  const common = { channelsOut: planesOf(decoder), scale: 1, multiple: MULTIPLE[kind] }
  if (kind === 'quality')
    return {
      ...{ ...common, title: 'restoration', channelsIn: 3, radius: radius(encoder, mapping, decoder) },
      build: (x) => decode(decoder, mappingQuality(mapping, encode(encoder, x))),
    }
  return {
    ...{ ...common, title: 'restoration of damage', channelsIn: 4, radius: Number.POSITIVE_INFINITY },
    build: (x) =>
      decode(decoder, mappingScratch(mapping, encode(encoder, sliceAxis(x, 1, 0, 3)), seenOf(sliceAxis(x, 1, 3, 4)))),
  }
}

/** How far a pixel of the result looks: a pixel of the latents are four of the photograph. */
function radius(encoder: Weights, mapping: Weights, decoder: Weights): number {
  const convolutions = (weights: Weights, name: string): number =>
    sequence(weights, name).reduce((n, { block }) => n + (block ? 2 : 1), 0)
  // Beside the blocks the autoencoders have three convolutions each: of 7 pixels at full size, of 4 at both changes of size.
  const [ends, resized] = [3, 2 + 4]
  const deep = convolutions(encoder, 'encoder') + convolutions(mapping, 'model') + convolutions(decoder, 'decoder') - 6
  return 2 * (ends + resized) + 4 * deep
}

/** @param plane [1, 1, h, w] as `withSeen` makes it; @returns [1, h·w/16] */
function seenOf(plane: Tensor): Tensor {
  // Beyond the picture the plane is mirrored about a pixel, not a block: what is not wholly undamaged there is not looked at.
  const seen = toFloat(greaterOrEqual(avgPool(plane, 4), 1))
  return reshape(seen, [1, seen.shape[2]! * seen.shape[3]!])
}

/** A fourth plane beside the colours: 1 over every block of 4×4 pixels at which attention may look. */
export function withSeen({ width, height, data }: PlanarPicture, mask: DamageMask): PlanarPicture {
  const { keys, width: columns } = latentMask(mask)
  const out = new Float32Array(4 * width * height)
  out.set(data)
  for (let y = 0, target = 3 * width * height; y < height; y++)
    for (let x = 0; x < width; x++) out[target++] = keys[(y >> 2) * columns + (x >> 2)]!
  return { channels: 4, width, height, data: out }
}

/** The tiles of a photograph. @throws MemoryError, TileError */
export function restorationTiles(network: ForwardNetwork, picture: Side, wish: TileOptions): TilePlan {
  const fills = network.channelsIn === 4
  return planTiles(network, picture, { ...wish, side: wish.side === 0 && fills ? ATTENTION_SIDE : wish.side })
}

/**
 * @param picture [3, H, W] in ±1, damage painted white; @param mask of the same sides, for a network that fills in
 * @returns what the decoder draws, [3 or 4, H, W] in ±1; undefined where the signal stopped it
 */
export async function restoreTiles(
  network: ForwardNetwork,
  picture: PlanarPicture,
  mask: DamageMask | undefined,
  wish: TileOptions,
  { compile, signal, onPart, onBlock }: PassOptions,
): Promise<Float32Array | undefined> {
  onPart?.('tiles')
  const { width, height } = picture
  const plan = restorationTiles(network, picture, wish)
  const out = new Float32Array(network.channelsOut * width * height)
  const given = network.channelsIn === 4 ? withSeen(picture, mask!) : picture
  const done = await passOverTiles(network, given, {
    ...{ plan, compile, signal },
    onTile: (count, milliseconds) => onBlock?.(count, plan.count, milliseconds),
    onRows({ top, count, data }) {
      for (let c = 0; c < network.channelsOut; c++)
        out.set(data.subarray(c * count * width, (c + 1) * count * width), (c * height + top) * width)
    },
  })
  return done === plan.count ? out : undefined
}

/** Floats for every pixel of the photograph beside a tile: as it is given, what is drawn, and what `mixed` makes of both. */
const FLOATS = 18

/** What it takes, by its graph. */
export function tiledCosts(network: ForwardNetwork, picture: Side, wish: TileOptions): PartCost[] {
  const { across, down, count } = restorationTiles(network, picture, wish)
  const y = network.build(input('x', [1, network.channelsIn, down.side, across.side]))
  // As much beside the activations as src/forward/memory.ts measured.
  return [
    {
      part: 'tiles',
      flops: count * countFlops([y]),
      bytes: 2 * liveBytes([y]) + 4 * FLOATS * picture.width * picture.height,
    },
  ]
}
