/** The distribution of a generator's latents, as its pack states it or as its mapping network draws it. */
import type { CompileOptions } from '../../engine/executable.ts'
import { drawLatents } from '../../generator/draw-latents.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { randomStream } from '../../numbers/random.ts'
import { type Whitening, whiteningOf } from '../../numbers/whitening.ts'

/** Latents that are drawn where the pack has no statistics: a covariance of 512 numbers wants many times as many. */
const SAMPLES = 16_384

/** Mean and whitening of w. */
export async function latentPrior(pack: LoadedPack, compile: CompileOptions = {}): Promise<Whitening> {
  if (pack.has('w_stats')) {
    const stats = pack.store('w_stats')
    if (stats.has('mean') && stats.has('cov')) return whiteningOf(stats.read('mean'), stats.read('cov'))
  }
  const w = await drawLatents(weightsOf(pack, 'stylegan2'), SAMPLES, randomStream(0, 'prior'), compile)
  return statisticsOf(w, w.length / SAMPLES)
}

/** @param w rows of n numbers */
function statisticsOf(w: Float32Array, n: number): Whitening {
  const rows = w.length / n
  const mean = new Float64Array(n)
  for (let i = 0; i < w.length; i++) mean[i % n]! += w[i]! / rows
  const covariance = new Float64Array(n * n)
  const centred = new Float64Array(n)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < n; i++) centred[i] = w[row * n + i]! - mean[i]!
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) covariance[i * n + j]! += centred[i]! * centred[j]!
  }
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = covariance[i * n + j]! / (rows - 1)
      covariance[i * n + j] = value
      covariance[j * n + i] = value
    }
  return whiteningOf(mean, covariance)
}
