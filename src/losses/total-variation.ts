// Total variation: the sum of a picture's slopes (Rudin, Osher and Fatemi 1992).

import { abs, add, sqrt, square, sub } from '../graph/elementwise.ts'
import { sliceAxis } from '../graph/layout.ts'
import { mean } from '../graph/reduce.ts'
import { scope, type Tensor } from '../graph/tensor.ts'

/**
 * Mean over the pixels but the last row and column: 'isotropic' √(dx² + dy² + ε²), 'anisotropic' |dx| + |dy|.
 * @param x [N, C, H, W]
 */
export function variation(x: Tensor, kind: 'isotropic' | 'anisotropic', epsilon: number): Tensor {
  return scope('total_variation', () => {
    const [h, w] = x.shape.slice(2) as [number, number]
    const here = sliceAxis(sliceAxis(x, 2, 0, h - 1), 3, 0, w - 1)
    const down = sub(sliceAxis(sliceAxis(x, 2, 1, h), 3, 0, w - 1), here)
    const right = sub(sliceAxis(sliceAxis(x, 2, 0, h - 1), 3, 1, w), here)
    if (kind === 'anisotropic') return mean(add(abs(down), abs(right)))
    return mean(sqrt(add(add(square(down), square(right)), epsilon * epsilon)))
  })
}
