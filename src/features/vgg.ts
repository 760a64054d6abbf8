// VGG16, VGG19 (Simonyan and Zisserman 2015) and VGG-Face (Parkhi et al. 2015) as feature extractors: the same plain
// stack of 3×3 convolutions, ReLUs and 2×2 max pools under three naming schemes. Only as many layers are built as the
// asked-for features need.

import { conv2d } from '../graph/conv.ts'
import { relu } from '../graph/elementwise.ts'
import { maxPool } from '../graph/pool.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'

export type VggKind = 'vgg16' | 'vgg19' | 'vggface'

/** Convolutions per block; a max pool stands between blocks. */
const blocks: Record<VggKind, readonly number[]> = {
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
  vggface: [2, 2, 3, 3, 3],
}

/** "relu3_4": behind the fourth convolution of the third block. */
export type VggLayer = `relu${number}_${number}`

/**
 * Features behind the named ReLUs.
 * @param weights torchvision's names (`features.N.weight`), or `convB_C.weight` for VGG-Face
 * @param x [N, 3, H, W], normalised as the network expects
 */
export function vggFeatures(kind: VggKind, weights: Weights, x: Tensor, layers: readonly VggLayer[]): Tensor[] {
  const found = new Map<string, Tensor>()
  scope(kind, () => {
    let h = x
    let index = 0
    for (const [b, convolutions] of blocks[kind].entries()) {
      if (b > 0) {
        h = maxPool(h, 2)
        index++
      }
      for (let c = 1; c <= convolutions; c++) {
        const key = kind === 'vggface' ? `conv${b + 1}_${c}` : `features.${index}`
        h = scope(`${b + 1}_${c}`, () => {
          const conv = weights.at(key)
          return relu(conv2d(h, conv.get('weight'), { bias: conv.get('bias'), padding: 1 }))
        })
        index += 2
        found.set(`relu${b + 1}_${c}`, h)
        if (layers.every((layer) => found.has(layer))) return
      }
    }
  })
  return layers.map((layer) => {
    const t = found.get(layer)
    if (!t) throw new Error(`${kind} has no layer "${layer}" (it has ${[...found.keys()].join(', ')})`)
    return t
  })
}
