// What the feature networks expect of a picture in ±1.

import { add, mul } from '../graph/elementwise.ts'
import { standardize } from '../graph/normalize.ts'
import { constant, type Tensor } from '../graph/tensor.ts'

/** From [−1, 1] to [0, 1]. */
export function toUnit(x: Tensor): Tensor {
  return mul(add(x, 1), 0.5)
}

/** 01 with ImageNet's mean and deviation, as torchvision's networks were trained. */
export function imagenetNormalized(unit: Tensor): Tensor {
  return standardize(unit, constant([0.485, 0.456, 0.406], [3]), constant([0.229, 0.224, 0.225], [3]))
}

/** VGG-Face's mean, in its own 0–255 range. */
const vggFaceMean = [129.186279296875, 104.76238250732422, 93.59396362304688]

/**
 * VGG-Face was trained on 0–255 minus a mean. The reference feeds it 01 minus the mean/255 instead and never scales
 * back: that is 'unit', the default; 'byte' is what the network knows.
 */
export function vggFaceNormalized(unit: Tensor, range: 'unit' | 'byte' = 'unit'): Tensor {
  if (range === 'byte') return standardize(mul(unit, 255), constant(vggFaceMean, [3]), undefined)
  return standardize(
    unit,
    constant(
      vggFaceMean.map((m) => m / 255),
      [3],
    ),
    undefined,
  )
}
