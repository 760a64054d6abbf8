// How different two pictures look, through features of a network that no loss of ours uses: the unweighted form of LPIPS
// (Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", equation 1 with w = 1)
// on the MobileNet of face-api's detector. Faces are what it was trained to see, and nothing here was ever optimized for it.

import { type CompileOptions, Executable } from '../engine/executable.ts'
import { faceApiWeights } from '../features/face-api-weights.ts'
import { mobilenetFeatures } from '../features/mobilenet.ts'
import { add, div, sqrt, square, sub } from '../graph/elementwise.ts'
import { mean, sum } from '../graph/reduce.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import { type Bitmap, toPlanar } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { MetricError } from './error.ts'
import { checkComparable } from './psnr.ts'

/** Blocks whose features are compared: strides 2, 4, 8 and 16 of the picture. */
const BLOCKS = [1, 3, 5, 11] as const

/** Σ over the blocks of the mean over positions of |x̂ − ŷ|², features scaled to length 1 at every position. */
function distanceOf(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  const unit = (t: Tensor): Tensor => div(t, sqrt(add(sum(square(t), [1], true), 1e-10)))
  return a.map((x, i) => mean(sum(square(sub(unit(x), unit(b[i]!))), [1]))).reduce(add)
}

export interface FeatureDistance {
  /** 0 for equal pictures, at most 16; symmetric. @throws MetricError when a size is not the one it was made for. */
  (a: Bitmap, b: Bitmap): Promise<number>
  dispose(): Promise<void>
}

/** The distance for pictures of width × height pixels; gray ones count as colour ones with three equal channels. */
export async function featureDistance(
  { width, height }: { readonly width: number; readonly height: number },
  options: CompileOptions = {},
): Promise<FeatureDistance> {
  const weights = faceApiWeights('ssdMobilenetv1')
  const [x, y] = ['a', 'b'].map((name) => mobilenetFeatures(weights, input(name, [1, 3, height, width]), BLOCKS))
  const executable = await Executable.compile({ outputs: { distance: distanceOf(x!, y!) } }, options)
  const distance = async (a: Bitmap, b: Bitmap): Promise<number> => {
    const [p, q] = [toColor(a), toColor(b)]
    checkComparable(p, q)
    if (p.width !== width || p.height !== height)
      throw new MetricError(`expected pictures of ${width}×${height}, got ${p.width}×${p.height}`)
    return (await executable.run({ a: toPlanar(p, 'pm1'), b: toPlanar(q, 'pm1') })).distance![0]!
  }
  return Object.assign(distance, { dispose: () => executable.dispose() })
}
