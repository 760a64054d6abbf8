// What is measured: the whole optimization step, for a model pack and for full-size networks with formula weights.

import { generatorShape } from '../src/generator/stylegan2.ts'
import { networkOf, settingsOf } from '../src/methods/rephotograph/networks.ts'
import type { OptimizeOptions } from '../src/methods/rephotograph/options.ts'
import { resolveConfig } from '../src/methods/rephotograph/resolve.ts'
import { loadPack } from '../src/models/load.ts'
import { formulaImage, formulaValues } from '../test/support/formula.ts'
import { goldenDegradation, goldenLosses, goldenNetworks, goldenOptimize } from '../test/support/golden-setup.ts'

export interface Workload {
  name: string
  options: OptimizeOptions
}

/** The full objective of the reference at `size` px: every network at its official width, weights from the formula. */
export function fullSizeWorkload(size: 512 | 1024): Workload {
  const network = goldenNetworks('', size)
  const { latents, noiseSides, styleDim } = generatorShape(network('stylegan2'))
  const gray = formulaImage('target', 1, size, size).map((v) => 2 * v - 1)
  return {
    name: `full-size ${size} px`,
    options: {
      network,
      degradation: goldenDegradation,
      losses: goldenLosses,
      optimize: goldenOptimize,
      seed: 0,
      target: { side: { height: size, width: size }, data: Float32Array.from([...gray, ...gray, ...gray]) },
      start: {
        latent: formulaValues('latent', latents * styleDim),
        noise: noiseSides.map((r, i) => formulaValues(`noise/${i}`, r * r)),
      },
    },
  }
}

/** The quickstart's kind of run: the shipped pack at its own size and settings. */
export function compactWorkload(): Workload {
  const pack = loadPack('compact')
  const size = pack.generatorSize
  const config = resolveConfig({}, settingsOf(pack, 'b'), size)
  const network = networkOf(pack)
  const { latents, noiseSides } = generatorShape(network('stylegan2'))
  const average = pack.store('w_stats').read('mean')
  const gray = formulaImage('target', 1, size, size).map((v) => 2 * v - 1)
  return {
    name: `compact ${size} px`,
    options: {
      network,
      degradation: config.degradation,
      losses: config.losses,
      optimize: config.optimize,
      seed: 0,
      target: { side: { height: size, width: size }, data: Float32Array.from([...gray, ...gray, ...gray]) },
      start: {
        latent: Float32Array.from({ length: latents * average.length }, (_, i) => average[i % average.length]!),
        noise: noiseSides.map((r, i) => formulaValues(`noise/${i}`, r * r)),
      },
    },
  }
}

export const workloads: Readonly<Record<string, () => Workload>> = {
  compact: compactWorkload,
  512: () => fullSizeWorkload(512),
  1024: () => fullSizeWorkload(1024),
}
