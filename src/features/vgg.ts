// VGG16, VGG19 (Simonyan and Zisserman 2015) and VGG-Face (Parkhi et al. 2015) as feature extractors: the same plain
// stack of 3×3 convolutions, ReLUs and 2×2 pools under two naming schemes. Only as many layers are built as the
// asked-for features need.

import { conv2d } from '../graph/conv.ts'
import { add, mul, relu, sqrt, square } from '../graph/elementwise.ts'
import { concat, sliceAxis } from '../graph/layout.ts'
import { avgPool, maxPool } from '../graph/pool.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'

export type VggKind = 'vgg16' | 'vgg19' | 'vggface'

/** Convolutions per block; a pool stands between blocks. */
const blocks: Record<VggKind, readonly number[]> = {
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
  vggface: [2, 2, 3, 3, 3],
}

/** "relu3_4": behind the ReLU of the fourth convolution of the third block; "conv3_4": before it. */
export type VggLayer = `${'conv' | 'relu'}${number}_${number}`

export interface VggConvolution {
  /** Both from 1. */
  readonly block: number
  readonly place: number
  /** Its name in files: torchvision's, which counts every layer, or VGG-Face's. */
  readonly key: string
}

/** The convolutions of a network in their order. */
export function vggConvolutions(kind: VggKind): VggConvolution[] {
  let index = 0
  return blocks[kind].flatMap((count, b) => {
    const inBlock = Array.from({ length: count }, (_, c) => {
      const key = kind === 'vggface' ? `conv${b + 1}_${c + 1}` : `features.${index + 2 * c}`
      return { block: b + 1, place: c + 1, key }
    })
    index += 2 * count + 1
    return inBlock
  })
}

export interface VggOptions {
  /**
   * Between blocks: maxima, as the networks were trained; means (Gatys, Ecker and Bethge 2016); or the root of the sum of squares
   * of the four (LPPool2d of PyTorch).
   */
  readonly pooling?: 'max' | 'average' | 'l2'
  /** Pooled features are multiplied by it: 1 unless told. Means of ReLUs are smaller than their maxima. */
  readonly poolFactor?: number
  /** What the first convolution sees beyond the picture's edge: zeros, as trained, the edge's pixels, or the mirrored picture. */
  readonly edge?: 'zero' | 'replicate' | 'reflect'
}

/**
 * Features at the named layers.
 * @param weights torchvision's names (`features.N.weight`), or `convB_C.weight` for VGG-Face
 * @param x [N, 3, H, W], normalised as the network expects
 * @throws Error naming the layers there are, where one is asked for that the network does not have
 */
export function vggFeatures(
  kind: VggKind,
  weights: Weights,
  x: Tensor,
  layers: readonly VggLayer[],
  options: VggOptions = {},
): Tensor[] {
  const { edge = 'zero' } = options
  const found = new Map<string, Tensor>()
  const isDone = (): boolean => layers.every((layer) => found.has(layer))
  scope(kind, () => {
    let h = edge === 'zero' ? x : padded(x, edge)
    for (const [i, { block, place, key }] of vggConvolutions(kind).entries()) {
      if (place === 1 && block > 1) h = pooled(h, options)
      h = scope(`${block}_${place}`, () => {
        const conv = weights.at(key)
        const padding = i === 0 && edge !== 'zero' ? 0 : 1
        const y = conv2d(h, conv.get('weight'), { bias: conv.get('bias'), padding })
        found.set(`conv${block}_${place}`, y)
        return isDone() ? y : relu(y)
      })
      if (isDone()) return
      found.set(`relu${block}_${place}`, h)
      if (isDone()) return
    }
  })
  return layers.map((layer) => {
    const t = found.get(layer)
    if (!t) throw new Error(`${kind} has no layer "${layer}" (it has ${[...found.keys()].join(', ')})`)
    return t
  })
}

/** How features lie on a picture: the one at place p of a line sees its pixels p·stride − before … p·stride + after. */
export interface Reach {
  readonly stride: number
  readonly before: number
  readonly after: number
}

/** The reach of a layer's features, along rows as along columns. */
export function vggReach(kind: VggKind, layer: VggLayer): Reach {
  const [block, place] = /(\d)_(\d)/u.exec(layer)!.slice(1).map(Number) as [number, number]
  let [stride, before, after] = [1, 0, 0]
  for (const at of vggConvolutions(kind)) {
    if (at.block > 1 && at.place === 1) {
      after += stride
      stride *= 2
    }
    before += stride
    after += stride
    if (at.block === block && at.place === place) break
  }
  return { stride, before, after }
}

function pooled(x: Tensor, { pooling = 'max', poolFactor = 1 }: VggOptions): Tensor {
  const y =
    pooling === 'max'
      ? maxPool(x, 2)
      : pooling === 'average'
        ? avgPool(x, 2)
        : // Behind a ReLU whole cells are zero, where a root has no slope.
          sqrt(add(mul(avgPool(square(x), 2), 4), 1e-12))
  return poolFactor === 1 ? y : mul(y, poolFactor)
}

/** One row and column more at every side. */
function padded(x: Tensor, edge: 'replicate' | 'reflect'): Tensor {
  const inward = edge === 'reflect' ? 1 : 0
  return [2, 3].reduce((y, axis) => {
    const last = y.shape[axis]! - 1 - inward
    return concat([sliceAxis(y, axis, inward, inward + 1), y, sliceAxis(y, axis, last, last + 1)], axis)
  }, x)
}
