// Masks as weights of places: what of a picture counts, at the size of each layer's maps.

import type { Bitmap } from '../../images/bitmap.ts'
import { resize } from '../../images/resample.ts'

/** Sides of a layer's maps for a picture's side: every pool halves, what is left over is dropped. */
export function mapSide(side: number, layer: string): number {
  const halvings = Number(/(\d)_/u.exec(layer)![1]) - 1
  return Math.max(1, side >> halvings)
}

/** A mask at a layer's size, 0..1, row by row. */
function maskAt(mask: Bitmap, width: number, height: number): Float32Array {
  const small = mask.width === width && mask.height === height ? mask : resize(mask, width, height, 'box')
  return Float32Array.from(small.data, (v) => v / 255)
}

/**
 * Weights of places for statistics: the product of the masks, squared as features are, divided by their sum.
 * @param factors masks [gray, of the picture's sides], each with what it leaves where it is black
 * @throws nothing; where all is black every place counts alike
 */
export function statisticsWeights(
  factors: readonly { readonly mask: Bitmap; readonly black: number; readonly white: number }[],
  { width, height }: { width: number; height: number },
): Float32Array {
  const weights = new Float32Array(width * height).fill(1)
  for (const { mask, black, white } of factors) {
    const small = maskAt(mask, width, height)
    for (let i = 0; i < weights.length; i++) weights[i]! *= black + (white - black) * small[i]!
  }
  const sum = weights.reduce((a, b) => a + b, 0)
  return sum > 1e-6 ? weights.map((v) => v / sum) : weights.fill(1 / weights.length)
}

/** Factors of places for the content: `white` where the mask is white, 1 where it is black. */
export function contentWeights(mask: Bitmap, white: number, side: { width: number; height: number }): Float32Array {
  return maskAt(mask, side.width, side.height).map((v) => 1 + (white - 1) * v)
}
