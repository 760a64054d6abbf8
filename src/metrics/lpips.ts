// LPIPS of two pictures as papers print it: on the official VGG16 with the fitted weights, compiled once for pictures of one size.

import { type CompileOptions, Executable } from '../engine/executable.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Bitmap, toPlanar } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { lpipsDistance, lpipsFeatures } from '../losses/lpips.ts'
import { MetricError } from './error.ts'
import type { FeatureDistance } from './feature-distance.ts'
import { checkComparable } from './psnr.ts'

/** Widths of the official VGG16's first and last convolutions: a narrower network gives numbers that compare with nobody's. */
const OFFICIAL = { 'features.0.weight': [64, 3, 3, 3], 'features.28.weight': [512, 512, 3, 3] } as const

/** Whether a VGG16 has the layers that LPIPS' weights were fitted to; numbers alone can't say that it is the official one. */
export function isLpipsTrunk(vgg16: Weights): boolean {
  return Object.entries(OFFICIAL).every(
    ([key, shape]) => vgg16.has(key) && vgg16.shape(key).every((side, i) => side === shape[i]),
  )
}

/**
 * The distance for pictures of width × height pixels; gray ones count as colour ones with three equal channels.
 * @param weights of `vgg16` and of `lpips`
 */
export async function lpipsMetric(
  vgg16: Weights,
  lpips: Weights,
  { width, height }: { readonly width: number; readonly height: number },
  options: CompileOptions = {},
): Promise<FeatureDistance> {
  const [x, y] = ['a', 'b'].map((name) => lpipsFeatures(vgg16, input(name, [1, 3, height, width])))
  const { distance } = lpipsDistance(lpips, x!, y!)
  const executable = await Executable.compile({ outputs: { distance } }, options)
  const measure = async (a: Bitmap, b: Bitmap): Promise<number> => {
    const [p, q] = [toColor(a), toColor(b)]
    checkComparable(p, q)
    if (p.width !== width || p.height !== height)
      throw new MetricError(`expected pictures of ${width}×${height}, got ${p.width}×${p.height}`)
    return (await executable.run({ a: toPlanar(p, 'pm1'), b: toPlanar(q, 'pm1') })).distance![0]!
  }
  return Object.assign(measure, { dispose: () => executable.dispose() })
}
