// Test-time augmentation: the mean of what a network makes of a picture in its eight orientations, each turned back.

import { add, mul } from '../graph/elementwise.ts'
import { flip, transpose } from '../graph/layout.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { ForwardNetwork } from './network.ts'

/** The network eight times, in one graph. */
export function eightWays(network: ForwardNetwork): ForwardNetwork {
  return {
    ...network,
    title: `${network.title}, eight ways`,
    build(x) {
      const turned = (t: Tensor) => transpose(t, [0, 1, 3, 2])
      const ways = [[], [2], [3], [2, 3]].flatMap((axes) => {
        const mirrored = (t: Tensor) => (axes.length === 0 ? t : flip(t, axes))
        const upright = mirrored(network.build(mirrored(x)))
        const lying = mirrored(turned(network.build(turned(mirrored(x)))))
        return [upright, lying]
      })
      return mul(
        ways.reduce((sum, way) => add(sum, way)),
        1 / ways.length,
      )
    },
  }
}
