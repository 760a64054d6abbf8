/**
 * What the reference implementation does, as a complete config for a generator of a given size.
 *
 * At 1024 px every number is the reference's own. For another size the numbers that mean pixels or layers follow by
 * one rule each, stated beside it; a pack that was measured to want something else says so in its settings, which win
 * over these, and a config wins over both (resolve.ts).
 */

import { referenceDegradation } from '../../degrade/schema.ts'
import { latentSize } from '../../generator/stylegan2.ts'
import { neverEnough } from '../../optimize/enough.ts'
import { commonDefaults, pasteDefaults } from '../common-schema.ts'
import { defaultLosses } from './losses.ts'
import type { ResolvedConfig } from './schema.ts'

import { tuneDefaults } from './tune/schema.ts'

export { stageDefaults } from '../../degrade/schema.ts'

/** The reference's config for a generator of `size` pixels (a power of two, at least 16). */
export function referenceConfig(size: number): ResolvedConfig {
  const layers = latentSize(size)
  // [10, 18) of 18: the same share of a shorter code.
  const colors = Math.round((10 / 18) * layers)
  return {
    method: 'rephotograph',
    ...commonDefaults,
    sensitivity: 'b',
    align: {
      mode: 'auto',
      face: null,
      landmarks: null,
      turn: 'auto',
      doubt: 'refuse',
      outputSize: size,
      transformSize: 4 * size,
    },
    encode: {
      mix: [colors, layers],
      e4eSize: 256,
      colorSize: 256,
    },
    init: { latent: null, noise: null },
    target: { color: 'gray' },
    histogram: {
      match: true,
      quantize: 'truncate',
      // CelebAMask-HQ in the order of the reference's parser: skin, brows, eyes, glasses, ears, earring, nose, mouth, lips.
      skinClasses: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    },
    degradation: referenceDegradation(),
    losses: defaultLosses(size),
    optimize: {
      steps: [250, 750],
      coarseMin: Math.min(32, size / 4),
      lr: 0.1,
      noiseLr: 0.1,
      cameraLr: 0.01,
      ramp: { up: 0, down: 0 },
      enough: neverEnough,
      optimizer: { name: 'radam', betas: [0.9, 0.999], eps: 1e-8, warmup: 'sgd' },
      normalizeNoise: true,
      latentNoise: { strength: 0, ramp: 0.75 },
    },
    age: { keep: 'off', layers: [0, colors] },
    tune: tuneDefaults,
    finish: { upscale: false },
    truth: { picture: null, degradation: null },
    paste: pasteDefaults,
    output: { frames: 48, saveEverySeconds: 5 },
  }
}

/** Colour outputs that colour transfer compares: those up to the last stage's resolution, of those there are. */
export function colorTransferLevels(size: number, coarseMin: number, stages: number): number {
  return Math.min(latentSize(coarseMin) / 2 + stages - 1, Math.log2(size) - 1)
}
