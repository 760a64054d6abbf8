// Spectral sensitivity of the emulsion: how colour became gray.

import { conv2d } from '../graph/conv.ts'
import { constant } from '../graph/tensor.ts'
import type { Stage } from './stage.ts'

export type Sensitivity = 'b' | 'gb' | 'g'

/** Shares of red, green and blue: blue-sensitive, orthochromatic, panchromatic (ITU-R 601 luma). */
export const sensitivityWeights: Readonly<Record<Sensitivity, readonly [number, number, number]>> = {
  b: [0, 0, 1],
  gb: [0, 0.5, 0.5],
  g: [0.299, 0.587, 0.114],
}

/** [N, 3, H, W] → [N, 1, H, W]. */
export function spectralStage(config: { sensitivity: Sensitivity }): Stage {
  return {
    name: 'spectral',
    parameters: [],
    apply: (x) => conv2d(x, constant(sensitivityWeights[config.sensitivity], [1, 3, 1, 1])),
  }
}
