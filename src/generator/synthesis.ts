// The generator as a program of its own: forward only, for siblings and for the pictures of a run.

import { type CompileOptions, Executable } from '../engine/executable.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { generatorShape, synthesize } from './stylegan2.ts'

export interface Synthesized {
  /** [3, size, size] in ±1 */
  image: Float32Array
  /** Colour outputs, coarsest first: [3, r, r] each. */
  rgbs: Float32Array[]
}

export class Synthesizer {
  readonly #executable: Executable

  private constructor(executable: Executable) {
    this.#executable = executable
  }

  static async compile(generator: Weights, options: CompileOptions = {}): Promise<Synthesizer> {
    const { latents, styleDim, noiseSides } = generatorShape(generator)
    const latent = input('latent', [1, latents, styleDim])
    const noise = noiseSides.map((r, i) => input(`noise/${i}`, [1, 1, r, r]))
    const { image, rgbs } = synthesize(generator, latent, noise)
    const outputs = { image, ...Object.fromEntries(rgbs.map((rgb, i) => [`rgb${i}`, rgb])) }
    return new Synthesizer(await Executable.compile({ outputs, name: 'generator' }, options))
  }

  /** @param latent w+ [latents, styleDim]; @param noise one map for each of the generator's noise sides */
  async run(latent: Float32Array, noise: readonly Float32Array[]): Promise<Synthesized> {
    const out = await this.#executable.run({
      latent,
      ...Object.fromEntries(noise.map((map, i) => [`noise/${i}`, map])),
    })
    const { image, ...rgbs } = out
    return { image: image!, rgbs: Object.values(rgbs) }
  }

  async dispose(): Promise<void> {
    await this.#executable.dispose()
  }
}
