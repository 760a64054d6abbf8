// Blur of lens and paper: a fixed Gaussian.

import { gaussianBlur, type KernelRule } from './gaussian.ts'
import type { Stage } from './stage.ts'

export interface BlurConfig {
  /** In pixels of the generator's picture, or of one of 1024 px. */
  radius: number
  kernel: KernelRule
  unit: 'pixels' | 'at1024'
}

export function blurStage(config: BlurConfig): Stage {
  return {
    name: 'blur',
    parameters: [],
    apply: (x, _, { size }) =>
      gaussianBlur(x, config.unit === 'at1024' ? (config.radius * size) / 1024 : config.radius, config.kernel),
  }
}
