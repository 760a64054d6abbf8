// Terms of the pixels themselves, for which no network is needed: over the whole picture at once, whatever its size.

import type { Program } from '../../engine/contract.ts'
import { mul, square, sub } from '../../graph/elementwise.ts'
import { gradients } from '../../graph/gradients.ts'
import { reshape } from '../../graph/layout.ts'
import { mean } from '../../graph/reduce.ts'
import { input, type Tensor } from '../../graph/tensor.ts'
import type { Side } from '../../images/bitmap.ts'
import { totalVariation } from '../../losses/total-variation.ts'
import { weightedTotal } from '../../optimize/step.ts'
import type { StylizeConfig } from './schema.ts'

/** Terms by name, with their weights, of "pixels" and "target/pixels". */
export function pixelTerms(
  { variation, pixels: near }: Pick<StylizeConfig, 'variation' | 'pixels'>,
  pixels: Tensor,
  target: () => Tensor,
): Record<string, { readonly loss: Tensor; readonly weight: number }> {
  const one = (loss: Tensor): Tensor => reshape(loss, [1])
  return {
    ...(variation.weight > 0 && {
      variation: { loss: one(totalVariation(pixels, variation.form)), weight: variation.weight },
    }),
    ...(near.weight > 0 && { pixels: { loss: one(mean(square(sub(pixels, target())))), weight: near.weight } }),
  }
}

/** Fed: "pixels", "target/pixels", "weight/<term>". Out: "loss/<term>", "slope"; undefined where no such term counts. */
export function pixelProgram(
  config: Pick<StylizeConfig, 'variation' | 'pixels'>,
  { width, height }: Side,
): Program | undefined {
  const shape = [1, 3, height, width]
  const pixels = input('pixels', shape)
  const terms = pixelTerms(config, pixels, () => input('target/pixels', shape))
  if (Object.keys(terms).length === 0) return undefined
  const [slope] = gradients(weightedTotal(terms), [pixels])
  const losses = Object.entries(terms).map(([name, { loss }]) => [`loss/${name}`, loss])
  return { outputs: { ...Object.fromEntries(losses), slope: mul(slope!, 1) }, name: 'terms of the pixels' }
}

/** Weights of the terms that need no network. */
export function pixelWeights({
  variation,
  pixels,
}: Pick<StylizeConfig, 'variation' | 'pixels'>): Record<string, number> {
  return {
    ...(variation.weight > 0 && { variation: variation.weight }),
    ...(pixels.weight > 0 && { pixels: pixels.weight }),
  }
}
