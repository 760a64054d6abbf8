// Taking every k-th pixel, as a 1×1 max pool with a stride or a strided shortcut does.

import { maxPoolWindows } from '../graph/pool.ts'
import type { Tensor } from '../graph/tensor.ts'

export function everyOther(x: Tensor, stride: number): Tensor {
  return stride === 1 ? x : maxPoolWindows(x, 1, stride, 0)
}
