// The set-up that the golden objective and trajectory share: 512 px, formula weights, weights of the terms chosen so
// that every one counts.

import type { Weights } from '../../src/graph/weights.ts'
import type { LossesConfig } from '../../src/methods/rephotograph/losses.ts'
import type { OptimizeConfig } from '../../src/methods/rephotograph/options.ts'
import type { NetworkOf } from '../../src/methods/rephotograph/term.ts'
import type { Role } from '../../src/networks/roles.ts'
import { formulaWeights } from './formula-weights.ts'

export function goldenNetworks(salt: string, size: number): NetworkOf {
  const networks: Partial<Record<Role, Weights>> = {
    stylegan2: formulaWeights('stylegan2', { salt, size }),
    vgg16: formulaWeights('vgg16', { salt }),
    vgg19: formulaWeights('vgg19', { salt }),
    vggface: formulaWeights('vggface', { salt }),
  }
  return (role) => networks[role]!
}

export const goldenLosses = {
  face: {
    weight: 1,
    size: 256,
    vgg: 1,
    vggFace: 0.3,
    vggLayers: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'],
    vggFaceLayers: ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1'],
    vggFaceRange: 'unit',
  },
  eye: {
    weight: 0.1,
    vggLayers: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'],
    side: 224,
    centers: [
      [480, 384],
      [480, 640],
    ],
  },
  contextual: {
    weight: 0.1,
    layers: ['relu3_4', 'relu2_2', 'relu1_2'],
    window: 256,
    points: 4096,
    bandwidth: 0.5,
    sibling: 'fresh',
  },
  colorTransfer: { weight: 100, levels: 5, sibling: 'first' },
  noise: { weight: 10, minSize: 8 },
} satisfies LossesConfig

export const goldenDegradation = {
  blur: { radius: 0.75, kernel: 'reference', unit: 'pixels' },
  downsample: { kernel: 'reference', grid: 'reference' },
  spectral: { sensitivity: 'b' },
  response: { learn: true, gamma: 1, offset: 0, gain: 1 },
} as const

export const optimizerConfig = { name: 'radam', betas: [0.9, 0.999], eps: 1e-8, warmup: 'sgd' } as const

export const goldenOptimize: OptimizeConfig = {
  steps: [4, 8],
  coarseMin: 32,
  lr: 0.1,
  noiseLr: 0.1,
  cameraLr: 0.01,
  ramp: { up: 0, down: 0 },
  optimizer: optimizerConfig,
  normalizeNoise: true,
  latentNoise: { strength: 0, ramp: 0.75 },
}

/** The random draws of the golden runs: the window at a corner, and an evenly spread subset of points. */
export function goldenDraws(crop: readonly [number, number]): Record<string, number[]> {
  const from = (start: number): number[] => Array.from({ length: 256 }, (_, i) => start + i)
  const spread = (total: number): number[] => Array.from({ length: 4096 }, (_, i) => Math.floor((i * total) / 4096))
  return {
    'contextual/row': from(crop[0]),
    'contextual/column': from(crop[1]),
    'contextual/relu2_2': spread(128 * 128),
    'contextual/relu1_2': spread(256 * 256),
  }
}
