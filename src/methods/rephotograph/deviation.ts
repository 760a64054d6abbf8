/** How far latents lie from their mean: what noise on the latent is measured by. */
import { type CompileOptions, runOnce } from '../../engine/executable.ts'
import { mapping } from '../../generator/stylegan2.ts'
import { input } from '../../graph/tensor.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { randomStream } from '../../numbers/random.ts'

/** Latents that are drawn to measure it. */
const SAMPLES = 4096

/** Root of the mean squared distance of w to its mean, as in the projector of StyleGAN2; always from the same draws. */
export async function latentDeviation(pack: LoadedPack, compile: CompileOptions = {}): Promise<number> {
  const generator = weightsOf(pack, 'stylegan2')
  const width = generator.shape('style.1.weight')[1]!
  const z = input('z', [SAMPLES, width])
  const feeds = { z: randomStream(0, 'deviation').normal(SAMPLES * width) }
  const { w } = await runOnce({ w: mapping(generator, z) }, feeds, compile)
  const dimensions = w!.length / SAMPLES
  let sum = 0
  for (let d = 0; d < dimensions; d++) {
    let mean = 0
    for (let i = d; i < w!.length; i += dimensions) mean += w![i]! / SAMPLES
    for (let i = d; i < w!.length; i += dimensions) sum += (w![i]! - mean) ** 2 / SAMPLES
  }
  return Math.sqrt(sum)
}
