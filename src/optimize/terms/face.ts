// The degraded result looks like the target: perceptual distance of the whole face at a moderate size.

import type { Term } from '../term.ts'
import { onceFeatures, type PerceptualConfig, perceptualDistance, perceptualFeatures } from './perceptual.ts'

export interface FaceConfig extends PerceptualConfig {
  weight: number
  /** Side at which result and target are compared. */
  size: number
}

export function faceTerm(config: FaceConfig): Term {
  return {
    name: 'face',
    weight: config.weight,
    build: (context) => {
      const side = { height: config.size, width: config.size }
      const target = perceptualFeatures(context.networks, context.targetAt(side), config)
      const result = perceptualFeatures(context.networks, context.degraded(side), config)
      return perceptualDistance(result, onceFeatures(context, 'face', target), config)
    },
  }
}
