// The eyes are compared once more at full size, where a face is looked at first.

import { z } from 'zod'
import { positiveInteger } from '../../../config/schema-numbers.ts'
import { add } from '../../../graph/elementwise.ts'
import { slice } from '../../../graph/layout.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { type PerceptualConfig, perceptualDistance, perceptualFeatures } from '../../../losses/perceptual.ts'
import { onceFeatures } from '../once-features.ts'
import { termKind } from '../term.ts'
import { layers, weight } from '../term-schema.ts'

export const eye = termKind({
  schema: z
    .strictObject({
      weight: weight('the comparison of the eyes'),
      vggLayers: layers('VGG16'),
      side: positiveInteger(1024).describe("Side of an eye's window, in pixels of a 1024 px face."),
      centers: z
        .array(z.tuple([z.number().min(0).max(1024), z.number().min(0).max(1024)]))
        .min(1)
        .max(16)
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
  misfit: ({ vggLayers, centers, side }, size) => {
    // relu3_1 lies behind two halvings, and so on.
    const least = 2 ** (Math.max(...vggLayers.map((layer) => Number(layer.slice(4, 5)))) - 1)
    const shortest = (centers: readonly (readonly number[])[]): number =>
      Math.min(...centers.flat().map((center) => lengthOf(windowOf(size, center, side))))
    const expected = `windows of at least ${least} px in a face of ${size} px`
    if (shortest([[512, 512]]) < least) return ['side', expected]
    return shortest(centers) < least ? ['centers', expected] : undefined
  },
  build: ({ vggLayers, centers, side }, context) => {
    const perceptual: PerceptualConfig = { vgg: 1, vggFace: 0, vggLayers, vggFaceLayers: [], vggFaceRange: 'unit' }
    const degraded = context.degraded()
    return centers
      .map((center, i) => {
        const target = perceptualFeatures(context.network, eyeWindow(context.target, center, side), perceptual)
        const result = perceptualFeatures(context.network, eyeWindow(degraded, center, side), perceptual)
        return perceptualDistance(result, onceFeatures(context, `eye${i}`, target), perceptual)
      })
      .reduce(add)
  },
})

type Range = readonly [start: number, end: number]

const lengthOf = ([start, end]: Range): number => end - start

/** Of a row or column of `length` pixels the part around an eye; center and side in pixels of a 1024 px face. */
function windowOf(length: number, center: number, side: number): Range {
  const scale = length / 1024
  const start = Math.max(0, Math.round((center - side / 2) * scale))
  return [start, Math.min(length, start + Math.round(side * scale))]
}

/** The window of a picture of any size. */
function eyeWindow(image: Tensor, center: readonly [number, number], side: number): Tensor {
  const [rows, columns] = image.shape.slice(2).map((length, axis) => windowOf(length, center[axis]!, side)) as [
    Range,
    Range,
  ]
  return slice(image, [0, 0, rows[0], columns[0]], [image.shape[0]!, image.shape[1]!, rows[1], columns[1]])
}
