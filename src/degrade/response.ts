// Tone curve of film, paper and scanner: v = offset + gain·u^gamma on 01 (Luo et al. 2021, section 4.2).

import { add, clamp, mul, pow, sub } from '../graph/elementwise.ts'
import type { Stage } from './stage.ts'

export interface ResponseConfig {
  learn: boolean
  gamma: number
  offset: number
  gain: number
}

export function responseStage(config: ResponseConfig): Stage {
  const parameter = (name: 'gamma' | 'offset' | 'gain') => ({
    name,
    shape: [1],
    start: [config[name]],
    learn: config.learn,
  })
  return {
    name: 'response',
    parameters: [parameter('gamma'), parameter('offset'), parameter('gain')],
    apply: (x, { gamma, offset, gain }) => {
      // Above −1, so that the power has a slope everywhere.
      const unit = mul(add(clamp(x, -0.99, 1), 1), 0.5)
      const developed = add(offset!, mul(gain!, pow(unit, gamma!)))
      return sub(mul(developed, 2), 1)
    },
  }
}
