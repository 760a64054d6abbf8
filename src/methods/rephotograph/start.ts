/** Where an optimization starts: encoded or given latent, drawn or given noise, and the sibling that they make. */

import { encodePortrait } from '../../encoders/encode.ts'
import type { CompileOptions } from '../../engine/executable.ts'
import type { GeneratorShape } from '../../generator/stylegan2.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import { randomStream } from '../../numbers/random.ts'
import { readLatent, readNoise } from './codes.ts'
import type { ResolvedConfig } from './config.ts'
import { encodersOf } from './networks.ts'

/** The first latent, w+ row by row. */
export async function firstLatent(
  pack: LoadedPack,
  config: ResolvedConfig,
  gray: Bitmap,
  shape: GeneratorShape,
  compile: CompileOptions,
): Promise<Float32Array> {
  if (config.init.latent !== null) return readLatent(config.init.latent, shape)
  const { mix, e4eSize, colorSize } = config.encode
  const encoded = await encodePortrait(encodersOf(pack, config.sensitivity), gray, { mix, e4eSize, colorSize, compile })
  return encoded.latent
}

/** The first noise maps: given ones, and the rest drawn from the seed. */
export function startNoise(config: ResolvedConfig, shape: GeneratorShape): Float32Array[] {
  const given = config.init.noise === null ? [] : readNoise(config.init.noise, shape)
  return shape.noiseSides.map((side, i) => given[i] ?? drawnNoise(config.seed, 'noise', side, i))
}

/** Noise maps that nothing else uses: for the result with fresh noise. */
export function freshNoise(config: ResolvedConfig, shape: GeneratorShape): Float32Array[] {
  return shape.noiseSides.map((side, i) => drawnNoise(config.seed, 'result-fresh', side, i))
}

function drawnNoise(seed: number, name: string, side: number, index: number): Float32Array {
  return randomStream(seed, `${name}/${index}`).normal(side * side)
}
