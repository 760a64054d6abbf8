/** How far latents lie from their mean: what noise on the latent is measured by. */
import type { CompileOptions } from '../../engine/executable.ts'
import { drawLatents } from '../../generator/draw-latents.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { randomStream } from '../../numbers/random.ts'

/** Latents that are drawn to measure it. */
const SAMPLES = 4096

/** Root of the mean squared distance of w to its mean, as in the projector of StyleGAN2; always from the same draws. */
export async function latentDeviation(pack: LoadedPack, compile: CompileOptions = {}): Promise<number> {
  const w = await drawLatents(weightsOf(pack, 'stylegan2'), SAMPLES, randomStream(0, 'deviation'), compile)
  const dimensions = w.length / SAMPLES
  let sum = 0
  for (let d = 0; d < dimensions; d++) {
    let mean = 0
    for (let i = d; i < w.length; i += dimensions) mean += w[i]! / SAMPLES
    for (let i = d; i < w.length; i += dimensions) sum += (w[i]! - mean) ** 2 / SAMPLES
  }
  return Math.sqrt(sum)
}
