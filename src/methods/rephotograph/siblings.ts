// The two siblings that a stage compares with (Luo et al. 2021, section 4.4): the run's first one, and one of the stage's own with
// fresh noise. Both are the pack's generator's, whatever becomes of its weights.

import type { Feeds } from '../../engine/values.ts'
import { generatorShape } from '../../generator/stylegan2.ts'
import { Synthesizer } from '../../generator/synthesis.ts'
import { randomStream } from '../../numbers/random.ts'
import type { OptimizeOptions } from './options.ts'

export interface Siblings {
  /** What is fed as "target", "first/…" and "fresh/…" at the start of a stage that begins at `latent`. */
  at(stage: number, latent: Float32Array): Promise<Feeds>
  dispose(): Promise<void>
}

export function openSiblings(options: OptimizeOptions): Siblings {
  const { seed, start, network, target, overrides } = options
  const { noiseSides } = generatorShape(network('stylegan2'))
  let synthesizer: Promise<Synthesizer> | undefined
  const siblingOf = async (latent: Float32Array, noise: readonly Float32Array[]) => {
    synthesizer ??= Synthesizer.compile(network('stylegan2'), { ...options.compile, occasional: true })
    return (await synthesizer).run(latent, noise)
  }
  let first: ReturnType<typeof siblingOf> | undefined
  return {
    async at(stage, latent) {
      const noise = noiseSides.map(
        (side, i) => overrides?.freshNoise?.(side) ?? randomStream(seed, `fresh/${i}`, stage).normal(side * side),
      )
      first ??= siblingOf(start.latent, start.noise)
      const siblings = { first: await first, fresh: await siblingOf(latent, noise) }
      const feeds: Record<string, Float32Array> = { target: target.data }
      for (const [which, sibling] of Object.entries(siblings)) {
        feeds[`${which}/image`] = sibling.image
        sibling.rgbs.forEach((rgb, i) => {
          feeds[`${which}/rgb${i}`] = rgb
        })
      }
      return feeds
    },
    dispose: async () => (await synthesizer)?.dispose(),
  }
}
