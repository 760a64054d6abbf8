// What the networks of Bringing Old Photos Back to Life are made of (Wan et al. 2020): convolutions with biases, reflected
// borders, and instance norm without parameters, or batch norm where they were trained with it (`--norm batch` of the official code).

import { padBorder } from '../graph/border.ts'
import { conv2d } from '../graph/conv.ts'
import { add, relu } from '../graph/elementwise.ts'
import { enlarge as enlarged } from '../graph/enlarge.ts'
import { batchNorm, instanceNorm } from '../graph/normalize.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Expected, layer, norm, type Side } from '../networks/template.ts'

/** A convolution with its bias; zeros outside. */
export function convolution(weights: Weights, x: Tensor, padding = 0, stride = 1): Tensor {
  return conv2d(x, weights.get('weight'), { bias: weights.get('bias'), padding, stride })
}

/** The same with the picture mirrored outside: as large as x. */
export function reflectedConvolution(weights: Weights, x: Tensor): Tensor {
  const reach = (weights.shape('weight')[2]! - 1) / 2
  return convolution(weights, padBorder(x, 'reflect', [reach, reach, reach, reach]))
}

/** Twice as large: the transpose of a 4×4 convolution of stride 2. */
export function enlarge(weights: Weights, x: Tensor): Tensor {
  return enlarged(x, weights.get('weight'), 'four', weights.get('bias'))
}

/** The norm that stands behind the convolution at a place of a sequence: batch norm where the file has its statistics. */
function normalized(weights: Weights, convolution: number, x: Tensor): Tensor {
  const at = weights.at(String(convolution + 1))
  return at.has(STATISTICS) ? batchNorm(x, at) : instanceNorm(x)
}

export function normalizedRelu(weights: Weights, convolution: number, x: Tensor): Tensor {
  return relu(normalized(weights, convolution, x))
}

/** x + two convolutions of it. */
export function resnetBlock(weights: Weights, x: Tensor): Tensor {
  const block = weights.at('conv_block')
  const inner = normalizedRelu(block, 1, reflectedConvolution(block.at('1'), x))
  return add(x, normalized(block, 5, reflectedConvolution(block.at('5'), inner)))
}

/** A tensor that batch norm has and nothing else. */
const STATISTICS = 'running_mean'

/** Whether a network takes statistics of the picture: one with batch norm doesn't, so it sees as far as its convolutions reach. */
export function takesStatistics(names: Keys): boolean {
  return ![...names.keys()].some((key) => key.endsWith(`.${STATISTICS}`))
}

interface Keys {
  keys(): Iterable<string>
}

/** The norm behind a convolution, where the file has one with tensors. */
export function normTemplate(names: Keys, name: string, convolution: number, width: Side): Expected[] {
  const place = `${name}.${convolution + 1}`
  return [...names.keys()].includes(`${place}.${STATISTICS}`) ? norm(place, width) : []
}

export function resnetTemplate(names: Keys, name: string, width: Side): Expected[] {
  const block = `${name}.conv_block`
  return [1, 5].flatMap((place) => [
    ...layer(`${block}.${place}`, [width, width, 3, 3]),
    ...normTemplate(names, block, place, width),
  ])
}

/** The places of an nn.Sequential that have convolutions, in order, and which of them are residual blocks. */
export function sequence(names: Keys, name: string): { place: number; block: boolean }[] {
  const found = new Map<number, boolean>()
  const norms = new Set<number>()
  for (const key of names.keys()) {
    const match = /^(\d+)\.(conv_block\.)?(.*)/.exec(key.startsWith(`${name}.`) ? key.slice(name.length + 1) : '')
    if (!match) continue
    const [place, block] = [Number(match[1]), match[2] !== undefined]
    found.set(place, block)
    if (!block && match[3] === STATISTICS) norms.add(place)
  }
  return [...found]
    .filter(([place]) => !norms.has(place))
    .map(([place, block]) => ({ place, block }))
    .sort((a, b) => a.place - b.place)
}

/** Convolutions, each with norm and ReLU, and residual blocks, as they follow each other; `open`: the last one has neither. */
export function runSequence(weights: Weights, name: string, x: Tensor, open: boolean): Tensor {
  const places = sequence(weights, name)
  return places.reduce((h, { place, block }, i) => {
    const at = weights.at(`${name}.${place}`)
    if (block) return resnetBlock(at, h)
    const y = convolution(at, h, 1)
    return open && i === places.length - 1 ? y : normalizedRelu(weights.at(name), place, y)
  }, x)
}

/** Template of the same: 3×3 convolutions between the given widths, the blocks as wide as what stands before. */
export function sequenceTemplate(
  names: Keys,
  name: string,
  from: Side,
  width: (convolution: number) => Side,
): Expected[] {
  let [before, count] = [from, 0]
  return sequence(names, name).flatMap(({ place, block }) => {
    if (block) return resnetTemplate(names, `${name}.${place}`, before)
    const after = width(count++)
    const expected = [...layer(`${name}.${place}`, [after, before, 3, 3]), ...normTemplate(names, name, place, after)]
    before = after
    return expected
  })
}
