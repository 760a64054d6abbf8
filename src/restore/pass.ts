/**
 * A photograph through the networks: encoded, mapped, decoded, each in a graph of its own so that the memory of one is free for the
 * next. Instance norm takes its statistics over the whole picture, so nothing is cut into tiles (tiled.ts is for networks without it);
 * attention, whose cost grows with the square of the picture, goes through its queries in blocks.
 */
import { type CompileOptions, Executable, runOnce } from '../engine/executable.ts'
import { MemoryError } from '../engine/memory.ts'
import { liveBytes } from '../forward/memory.ts'
import type { PlanarPicture } from '../forward/tiles.ts'
import { countFlops } from '../graph/flops.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { attend } from './attention.ts'
import { type DamageMask, type LatentMask, latentMask } from './latent-mask.ts'
import { mappingHighResolution } from './mapping-hr.ts'
import { mappingQuality } from './mapping-quality.ts'
import { afterScratch, beforeScratch } from './mapping-scratch.ts'
import { decode, encode } from './vae.ts'

export interface RestoreNetworks {
  readonly encoder: Weights
  readonly decoder: Weights
  readonly mapping: Weights
  readonly kind: MappingKind
}

/** Which mapping: without damage, with attention between all positions, with attention between patches. */
export type MappingKind = 'quality' | 'scratch' | 'hr'

/** Sides of a photograph are multiples of this. */
export const MULTIPLE: Readonly<Record<MappingKind, number>> = { quality: 4, scratch: 16, hr: 32 }

/** A part of the work. */
export type PassPart = 'encode' | 'map' | 'attend' | 'decode' | 'tiles'

export interface PassOptions {
  readonly compile: CompileOptions
  readonly signal?: AbortSignal | undefined
  /** Queries at a time; 0: as many as 128 MB of likenesses hold. */
  readonly block?: number
  readonly onPart?: (part: PassPart) => void
  /** Heard after each block of queries, or each tile. */
  readonly onBlock?: (done: number, total: number, milliseconds: number) => void
}

/**
 * @param picture [3, H, W] in ±1, damage painted white, sides multiples of MULTIPLE
 * @param mask of the same sides; for the kinds 'scratch' and 'hr'
 * @returns what the decoder draws, [3 or 4, H, W] in ±1; undefined where the signal stopped it
 */
export async function restore(
  networks: RestoreNetworks,
  picture: PlanarPicture,
  mask: DamageMask | undefined,
  options: PassOptions,
): Promise<Float32Array | undefined> {
  const { compile, signal, onPart } = options
  const [h, w] = [picture.height, picture.width]
  onPart?.('encode')
  const x = input('x', [1, 3, h, w])
  const { z } = await runOnce({ z: encode(networks.encoder, x) }, { x: picture.data }, compile)
  if (signal?.aborted) return undefined
  onPart?.('map')
  const mapped = await mappedLatent(networks, z!, [h / 4, w / 4], mask && latentMask(mask), options)
  if (!mapped || signal?.aborted) return undefined
  onPart?.('decode')
  const latent = input('z', [1, mapped.length / ((h / 4) * (w / 4)), h / 4, w / 4])
  const { y } = await runOnce({ y: decode(networks.decoder, latent) }, { z: mapped }, compile)
  return y
}

async function mappedLatent(
  { mapping, kind }: RestoreNetworks,
  z: Float32Array,
  [h, w]: [number, number],
  mask: LatentMask | undefined,
  options: PassOptions,
): Promise<Float32Array | undefined> {
  const latent = input('z', [1, z.length / (h * w), h, w])
  if (kind === 'scratch') return attended(mapping, latent, z, mask!.keys, options)
  const y = kind === 'quality' ? mappingQuality(mapping, latent) : mappingHighResolution(mapping, latent, mask!)
  return (await runOnce({ y }, { z }, options.compile)).y
}

/** Before the attention, the attention block by block, and behind it. */
async function attended(
  mapping: Weights,
  latent: Tensor,
  z: Float32Array,
  keys: Float32Array,
  options: PassOptions,
): Promise<Float32Array | undefined> {
  const { compile, signal, onPart } = options
  const before = beforeScratch(mapping, latent)
  const made: Record<string, Float32Array> = await runOnce({ ...before }, { z }, compile)
  if (signal?.aborted) return undefined
  onPart?.('attend')
  const found = await attendedBlocks(before.queries.shape, made, keys, options)
  if (!found) return undefined
  onPart?.('map')
  const inputs = {
    features: input('features', before.features.shape),
    found: input('found', before.queries.shape),
    seen: input('seen', [1, keys.length]),
  }
  const y = afterScratch(mapping, inputs.features, inputs.found, inputs.seen)
  return (await runOnce({ y }, { features: made.features!, found, seen: keys }, compile)).y
}

/** @param made queries [N, C], keys [C, N], values [N, C]; keys and values are dropped from it as soon as the engine has them */
async function attendedBlocks(
  [count, channels]: readonly number[],
  made: Record<string, Float32Array>,
  seenKeys: Float32Array,
  { compile, signal, block = 0, onBlock }: PassOptions,
): Promise<Float32Array | undefined> {
  const [n, c] = [count!, channels!]
  const size = Math.min(block || blockSize(n), n)
  const some = input('queries', [size, c])
  const fixed = { keys: input('keys', [c, n]), values: input('values', [n, c]), seen: input('seen', [1, n]) }
  const outputs = { found: attend(some, fixed.keys, fixed.values, fixed.seen) }
  const executable = await Executable.compile({ outputs, fixed, name: 'attention' }, compile)
  try {
    await executable.writeState('keys', made.keys!)
    await executable.writeState('values', made.values!)
    await executable.writeState('seen', seenKeys)
    delete made.keys
    delete made.values
    const { queries } = made
    const out = new Float32Array(n * c)
    const total = Math.ceil(n / size)
    for (let i = 0; i < total; i++) {
      if (signal?.aborted) return undefined
      const begin = performance.now()
      // The last block looks back so that all are of one size.
      const start = Math.min(i * size, n - size)
      const { found } = await executable.run({ queries: queries!.subarray(start * c, (start + size) * c) })
      out.set(found!, start * c)
      onBlock?.(i + 1, total, performance.now() - begin)
    }
    delete made.queries
    return out
  } finally {
    await executable.dispose()
  }
}

/** Queries at a time: 2^25 likenesses, but a product of matrices wants some rows. */
export function blockSize(positions: number): number {
  return Math.max(16, Math.min(1024, Math.floor(2 ** 25 / positions)))
}

/** What a part of the work takes. */
export interface PartCost {
  readonly part: PassPart
  readonly flops: number
  readonly bytes: number
}

/** What the engine takes beside the activations (src/forward/memory.ts measured it). */
const BESIDE = 2

/** What the parts take, found by building their graphs; nothing is computed. */
export function costs(
  { encoder, decoder, mapping, kind }: RestoreNetworks,
  { width, height }: { readonly width: number; readonly height: number },
  mask: DamageMask | undefined,
): PartCost[] {
  const whole = (part: PassPart, outputs: readonly Tensor[]): PartCost => ({
    part,
    flops: countFlops(outputs),
    bytes: BESIDE * liveBytes(outputs),
  })
  const encoded = encode(encoder, input('x', [1, 3, height, width]))
  const latent = input('z', encoded.shape)
  const parts = [whole('encode', [encoded])]
  if (kind === 'scratch') {
    const before = beforeScratch(mapping, latent)
    const { features, queries } = before
    const [n, c] = queries.shape as [number, number]
    const arrays = 4 * n * (3 * c + features.shape[1]!)
    const after = afterScratch(mapping, input('f', features.shape), input('found', [n, c]), input('seen', [1, n]))
    const [first, second] = [whole('map', Object.values(before)), whole('map', [after])]
    parts.push({ part: 'map', flops: first.flops + second.flops, bytes: Math.max(first.bytes, second.bytes) + arrays })
    parts.push({ part: 'attend', flops: 4 * n ** 2 * c, bytes: 2 * arrays + 12 * n * blockSize(n) })
  } else
    parts.push(
      whole('map', [
        kind === 'hr' ? mappingHighResolution(mapping, latent, latentMask(mask!)) : mappingQuality(mapping, latent),
      ]),
    )
  return [...parts, whole('decode', [decode(decoder, latent)])]
}

/** @throws MemoryError where a part needs more than is free */
export function requireMemory(
  parts: readonly PartCost[],
  { width, height }: { width: number; height: number },
  free: number,
): void {
  const needed = Math.max(...parts.map(({ bytes }) => bytes))
  if (needed <= free) return
  const words = (n: number): string => `${(n / 1e9).toFixed(1)} GB`
  throw new MemoryError(
    `not enough memory: expected ${words(needed)} to restore ${width}×${height} (${((width * height) / 1e6).toFixed(1)} megapixels), found ${words(free)} free; make the photograph smaller, or end other programs`,
  )
}
