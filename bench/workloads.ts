// What is measured: the whole optimization step, for a model pack and for full-size networks with formula weights.

import { generatorShape } from '../src/generator/stylegan2.ts'
import type { OptimizeOptions } from '../src/optimize/optimize.ts'
import { formulaImage, formulaValues } from '../test/support/formula.ts'
import { goldenDegradation, goldenLosses, goldenNetworks, goldenOptimize } from '../test/support/golden-setup.ts'

export interface Workload {
  name: string
  options: OptimizeOptions
}

/** The full objective of the reference at `size` px: every network at its official width, weights from the formula. */
export function fullSizeWorkload(size: 512 | 1024): Workload {
  const networks = goldenNetworks('', size)
  const { latents, noiseSides, styleDim } = generatorShape(networks.generator)
  const gray = formulaImage('target', 1, size, size).map((v) => 2 * v - 1)
  return {
    name: `full-size ${size} px`,
    options: {
      networks,
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
