// What the networks of Bringing Old Photos Back to Life are made of (Wan et al. 2020): convolutions with biases, reflected
// borders, instance norm without parameters.

import { padBorder } from '../graph/border.ts'
import { conv2d } from '../graph/conv.ts'
import { add, relu } from '../graph/elementwise.ts'
import { enlarge as enlarged } from '../graph/enlarge.ts'
import { instanceNorm } from '../graph/normalize.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Expected, layer, type Side } from '../networks/template.ts'

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

export function normalizedRelu(x: Tensor): Tensor {
  return relu(instanceNorm(x))
}

/** x + two convolutions of it. */
export function resnetBlock(weights: Weights, x: Tensor): Tensor {
  const inner = normalizedRelu(reflectedConvolution(weights.at('conv_block.1'), x))
  return add(x, instanceNorm(reflectedConvolution(weights.at('conv_block.5'), inner)))
}

export function resnetTemplate(name: string, width: Side): Expected[] {
  return [1, 5].flatMap((place) => layer(`${name}.conv_block.${place}`, [width, width, 3, 3]))
}

/** The places of an nn.Sequential that have tensors, in order, and which of them are residual blocks. */
export function sequence(names: { keys(): Iterable<string> }, name: string): { place: number; block: boolean }[] {
  const found = new Map<number, boolean>()
  for (const key of names.keys()) {
    const match = /^(\d+)\.(conv_block\.)?/.exec(key.startsWith(`${name}.`) ? key.slice(name.length + 1) : '')
    if (match) found.set(Number(match[1]), match[2] !== undefined)
  }
  return [...found].map(([place, block]) => ({ place, block })).sort((a, b) => a.place - b.place)
}

/** Convolutions, each with norm and ReLU, and residual blocks, as they follow each other; `open`: the last one has neither. */
export function runSequence(weights: Weights, name: string, x: Tensor, open: boolean): Tensor {
  const places = sequence(weights, name)
  return places.reduce((h, { place, block }, i) => {
    const at = weights.at(`${name}.${place}`)
    if (block) return resnetBlock(at, h)
    const y = convolution(at, h, 1)
    return open && i === places.length - 1 ? y : normalizedRelu(y)
  }, x)
}

/** Template of the same: 3×3 convolutions between the given widths, the blocks as wide as what stands before. */
export function sequenceTemplate(
  names: { keys(): Iterable<string> },
  name: string,
  from: Side,
  width: (convolution: number) => Side,
): Expected[] {
  let [before, count] = [from, 0]
  return sequence(names, name).flatMap(({ place, block }) => {
    if (block) return resnetTemplate(`${name}.${place}`, before)
    const after = width(count++)
    const expected = layer(`${name}.${place}`, [after, before, 3, 3])
    before = after
    return expected
  })
}
