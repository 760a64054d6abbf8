// The eyes are compared once more at full size, where a face is looked at first.

import { add } from '../../graph/elementwise.ts'
import { slice } from '../../graph/layout.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { Term } from '../term.ts'
import { onceFeatures, type PerceptualConfig, perceptualDistance, perceptualFeatures } from './perceptual.ts'

export interface EyeConfig {
  weight: number
  vggLayers: readonly string[]
  /** Side of a window and its centres [row, column], in pixels of a 1024 px face. */
  side: number
  centers: readonly (readonly [number, number])[]
}

export function eyeTerm(config: EyeConfig): Term {
  const perceptual: PerceptualConfig = {
    vgg: 1,
    vggFace: 0,
    vggLayers: config.vggLayers,
    vggFaceLayers: [],
    vggFaceRange: 'unit',
  }
  return {
    name: 'eye',
    weight: config.weight,
    build: (context) => {
      const degraded = context.degraded()
      return config.centers
        .map((center, i) => {
          const target = perceptualFeatures(
            context.networks,
            eyeWindow(context.target, center, config.side),
            perceptual,
          )
          const result = perceptualFeatures(context.networks, eyeWindow(degraded, center, config.side), perceptual)
          return perceptualDistance(result, onceFeatures(context, `eye${i}`, target), perceptual)
        })
        .reduce(add)
    },
  }
}

/** The window of a picture of any size, given in pixels of a 1024 px face. */
function eyeWindow(image: Tensor, center: readonly [number, number], side: number): Tensor {
  const bounds = image.shape.slice(2).map((length, axis) => {
    const scale = length / 1024
    const start = Math.max(0, Math.round((center[axis]! - side / 2) * scale))
    return [start, Math.min(length, start + Math.round(side * scale))] as const
  })
  const [rows, columns] = bounds as [readonly [number, number], readonly [number, number]]
  return slice(image, [0, 0, rows[0], columns[0]], [image.shape[0]!, image.shape[1]!, rows[1], columns[1]])
}
