// The U-Net of pix2pix (Isola et al. 2017): halved down to a single pixel and enlarged again, each level beside its mirror image.

import type { ForwardNetwork } from '../forward/network.ts'
import { conv2d } from '../graph/conv.ts'
import { add, leakyRelu, mul, relu, sub, tanh } from '../graph/elementwise.ts'
import { enlarge } from '../graph/enlarge.ts'
import { concat } from '../graph/layout.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { countFrom, type Tensors } from '../networks/template.ts'
import { biasOf, inOurNames, layersOf, normalized, type Place, type Statistics } from './layers.ts'
import type { Recognised } from './recognised.ts'

const SLOPE = 0.2

/** Of any depth and width: `unet_256` has eight levels, `unet_128` seven. */
export function unet(weights: Weights, statistics: Statistics): ForwardNetwork {
  const levels = weights.count('down')
  const [width] = weights.shape('down.0.weight') as [number]
  return {
    title: unetTitle(levels, width),
    channelsIn: 3,
    channelsOut: 3,
    scale: 1,
    multiple: 2 ** levels,
    // The innermost level is a pixel of the side of a tile at which it was trained.
    radius: Number.POSITIVE_INFINITY,
    build: (x) => scope('unet', () => mul(add(unetPixels(weights, sub(mul(x, 2), 1), statistics), 1), 0.5)),
  }
}

/** [1, 3, H, W] in ±1, sides multiples of 2^levels → the same. */
export function unetPixels(weights: Weights, x: Tensor, statistics: Statistics): Tensor {
  const levels = weights.count('down')
  const seen: Tensor[] = []
  let h = x
  for (let i = 0; i < levels; i++) {
    const at = weights.at(`down.${i}`)
    h = convolution(at, i === 0 ? h : leakyRelu(h, SLOPE))
    if (i > 0 && i < levels - 1) h = normalized(h, at, statistics)
    seen.push(h)
  }
  h = seen.pop()!
  for (let i = levels - 1; i >= 0; i--) {
    const at = weights.at(`up.${i}`)
    const up = enlarge(relu(h), at.get('weight'), 'four', biasOf(at))
    h = i === 0 ? tanh(up) : concat([seen.pop()!, normalized(up, at, statistics)], 1)
  }
  return h
}

function convolution(weights: Weights, x: Tensor): Tensor {
  const bias = biasOf(weights)
  return conv2d(x, weights.get('weight'), { stride: 2, padding: 1, ...(bias && { bias }) })
}

const unetTitle = (levels: number, width: number): string => `pix2pix U-Net, ${levels} levels, ${width} wide`

/** Where a level begins in the nested names of the file. */
const blockAt = (level: number): string =>
  ['model', 'model.1', ...Array<string>(Math.max(0, level - 1)).fill('model.3')].slice(0, level + 1).join('.')

/** The network of a file of pix2pix; undefined where the tensors are of another. */
export function recogniseUnet(tensors: Tensors): Recognised | undefined {
  const isOurs = tensors.has('down.1.weight') && tensors.has('up.1.weight') && !tensors.has('first.weight')
  if (!isOurs && !(tensors.has('model.model.0.weight') && tensors.has('model.model.1.model.1.weight'))) return undefined
  const levels = isOurs
    ? countFrom(tensors, 0, (i) => `down.${i}.weight`)
    : 1 + countFrom(tensors, 1, (i) => `${blockAt(i)}.model.1.weight`)
  const width = (i: number) => (i < 0 ? 3 : `width ${i}`)
  const places = Array.from({ length: levels }, (_, i): Place[] => {
    const block = `${blockAt(i)}.model`
    const isInnermost = i === levels - 1
    const downNorm = i === 0 || isInnermost ? {} : { norm: `${block}.2` }
    const upPlace = i === 0 || isInnermost ? 3 : 5
    const upNorm = i === 0 ? {} : { norm: `${block}.${upPlace + 1}` }
    return [
      { name: `down.${i}`, conv: `${block}.${i === 0 ? 0 : 1}`, shape: [width(i), width(i - 1), 4, 4], ...downNorm },
      {
        ...{ name: `up.${i}`, conv: `${block}.${upPlace}`, transposed: true, ...(i === 0 && { bias: true as const }) },
        ...{ shape: [isInnermost ? width(i) : `${width(i)} twice`, width(i - 1), 4, 4], ...upNorm },
      },
    ]
  }).flat()
  const { sides, ...found } = layersOf('a U-Net of pix2pix', tensors, isOurs ? inOurNames(places) : places)
  return { title: unetTitle(levels, sides.get('width 0')!), ...found }
}
