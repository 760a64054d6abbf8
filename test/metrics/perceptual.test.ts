// The perceptual metric on the shipped VGG16: nothing for equal pictures, more for stronger changes, the same both ways.

import { expect, test } from 'vitest'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { perceptualMetric } from '../../src/metrics/perceptual.ts'
import { loadPack } from '../../src/models/load.ts'
import { weightsOf } from '../../src/models/weights.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'

test('0 for equal pictures, symmetric, growing with noise', async () => {
  const size = 64
  const distance = await perceptualMetric(weightsOf(loadPack('compact'), 'vgg16'), size)
  const smooth = formulaImage('metric', 3, size, size)
  const grain = formulaValues('metric/grain', 3 * size * size)
  const picture = (noise: number): Bitmap => {
    const bitmap = createBitmap(size, size, 3)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < size * size; i++) {
        const value = smooth[c * size * size + i]! + noise * grain[c * size * size + i]!
        bitmap.data[3 * i + c] = Math.round(255 * Math.min(1, Math.max(0, value)))
      }
    return bitmap
  }
  const clean = picture(0)
  expect(await distance(clean, clean)).toBe(0)
  const far = [
    await distance(clean, picture(0.02)),
    await distance(clean, picture(0.05)),
    await distance(clean, picture(0.15)),
  ]
  expect(far[0]).toBeLessThan(far[1]!)
  expect(far[1]).toBeLessThan(far[2]!)
  expect(await distance(picture(0.05), clean)).toBeCloseTo(far[1]!, 5)
})
