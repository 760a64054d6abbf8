// The eyes are compared once more at full size, where a face is looked at first.

import { z } from 'zod'
import { positiveInteger } from '../../config/schema-numbers.ts'
import { add } from '../../graph/elementwise.ts'
import { slice } from '../../graph/layout.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { termKind } from '../term.ts'
import { layers, weight } from '../term-schema.ts'
import { onceFeatures, type PerceptualConfig, perceptualDistance, perceptualFeatures } from './perceptual.ts'

export const eye = termKind({
  schema: z
    .strictObject({
      weight: weight('the comparison of the eyes'),
      vggLayers: layers('VGG16'),
      side: positiveInteger.describe("Side of an eye's window, in pixels of a 1024 px face."),
      centers: z
        .array(z.tuple([z.number().min(0).max(1024), z.number().min(0).max(1024)]))
        .min(1)
        .describe('Centres [row, column] of the windows, in pixels of a 1024 px face.'),
    })
    .describe('So do its eyes, at full size.'),
  defaults: () => ({
    weight: 0.1,
    vggLayers: ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3'],
    side: 224,
    centers: [
      [480, 384],
      [480, 640],
    ] as [number, number][],
  }),
  networks: () => ['vgg16'],
  build: ({ vggLayers, centers, side }, context) => {
    const perceptual: PerceptualConfig = { vgg: 1, vggFace: 0, vggLayers, vggFaceLayers: [], vggFaceRange: 'unit' }
    const degraded = context.degraded()
    return centers
      .map((center, i) => {
        const target = perceptualFeatures(context.networks, eyeWindow(context.target, center, side), perceptual)
        const result = perceptualFeatures(context.networks, eyeWindow(degraded, center, side), perceptual)
        return perceptualDistance(result, onceFeatures(context, `eye${i}`, target), perceptual)
      })
      .reduce(add)
  },
})

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
