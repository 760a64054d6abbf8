// The generator of CycleGAN (Zhu et al. 2017, after Johnson et al. 2016): halved twice, residual blocks, enlarged twice.

import type { ForwardNetwork } from '../forward/network.ts'
import { padBorder } from '../graph/border.ts'
import { conv2d } from '../graph/conv.ts'
import { add, mul, relu, sub, tanh } from '../graph/elementwise.ts'
import { enlarge } from '../graph/enlarge.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { countFrom, type Tensors } from '../networks/template.ts'
import { biasOf, inOurNames, layersOf, normalized, type Place, type Statistics } from './layers.ts'
import type { Recognised } from './recognised.ts'

/** Halvings; each doubles the width. */
const HALVINGS = [0, 1] as const

/** Of any number of blocks and any width. */
export function resnet(weights: Weights, statistics: Statistics): ForwardNetwork {
  const [width] = weights.shape('first.weight') as [number]
  return {
    title: resnetTitle(weights.count('blocks'), width),
    channelsIn: 3,
    channelsOut: 3,
    scale: 1,
    multiple: 2 ** HALVINGS.length,
    radius: Number.POSITIVE_INFINITY,
    build: (x) => scope('resnet', () => mul(add(resnetPixels(weights, sub(mul(x, 2), 1), statistics), 1), 0.5)),
  }
}

/** [1, 3, H, W] in ±1, sides multiples of 4 → the same. */
export function resnetPixels(weights: Weights, x: Tensor, statistics: Statistics): Tensor {
  const normalizedAt = (name: string, y: Tensor) => normalized(y, weights.at(name), statistics)
  const layer = (name: string, h: Tensor) => normalizedAt(name, reflected(weights.at(name), h))
  let h = relu(layer('first', x))
  for (const i of HALVINGS) h = relu(normalizedAt(`down.${i}`, halved(weights.at(`down.${i}`), h)))
  for (let i = 0; i < weights.count('blocks'); i++) h = add(h, layer(`blocks.${i}.1`, relu(layer(`blocks.${i}.0`, h))))
  for (const i of HALVINGS) {
    const at = weights.at(`up.${i}`)
    h = relu(normalizedAt(`up.${i}`, enlarge(h, at.get('weight'), 'three', biasOf(at))))
  }
  return tanh(reflected(weights.at('last'), h))
}

function reflected(weights: Weights, x: Tensor): Tensor {
  const reach = (weights.shape('weight')[2]! - 1) / 2
  const bias = biasOf(weights)
  return conv2d(padBorder(x, 'reflect', [reach, reach, reach, reach]), weights.get('weight'), bias ? { bias } : {})
}

function halved(weights: Weights, x: Tensor): Tensor {
  const bias = biasOf(weights)
  return conv2d(x, weights.get('weight'), { stride: 2, padding: 1, ...(bias && { bias }) })
}

const resnetTitle = (blocks: number, width: number): string => `CycleGAN ResNet, ${blocks} blocks, ${width} wide`

/** Place of the first block in the sequence of the file. */
const FIRST_BLOCK = 10

/** The network of a file of CycleGAN; undefined where the tensors are of another. */
export function recogniseResnet(tensors: Tensors): Recognised | undefined {
  const isOurs = tensors.has('first.weight') && tensors.has('blocks.0.0.weight') && tensors.has('up.1.weight')
  if (!isOurs && !(tensors.has('model.1.weight') && tensors.has(`model.${FIRST_BLOCK}.conv_block.1.weight`)))
    return undefined
  const blocks = isOurs
    ? countFrom(tensors, 0, (i) => `blocks.${i}.0.weight`)
    : countFrom(tensors, FIRST_BLOCK, (i) => `model.${i}.conv_block.1.weight`)
  // Behind dropout everything stands a place further.
  const second = tensors.has(`model.${FIRST_BLOCK}.conv_block.6.weight`) && !isVector(tensors) ? 6 : 5
  const at = (place: number, normAt = place + 1) => ({ conv: `model.${place}`, norm: `model.${normAt}` })
  const end = FIRST_BLOCK + blocks
  const places: Place[] = [
    { name: 'first', ...at(1), shape: ['width', 3, 7, 7] },
    { name: 'down.0', ...at(4), shape: ['width 1', 'width', 3, 3] },
    { name: 'down.1', ...at(7), shape: ['width 2', 'width 1', 3, 3] },
    ...Array.from({ length: blocks }, (_, i) =>
      [1, second].map((place, j) => ({
        name: `blocks.${i}.${j}`,
        conv: `model.${FIRST_BLOCK + i}.conv_block.${place}`,
        norm: `model.${FIRST_BLOCK + i}.conv_block.${place + 1}`,
        shape: ['width 2', 'width 2', 3, 3],
      })),
    ).flat(),
    { name: 'up.0', ...at(end), shape: ['width 2', 'width 1', 3, 3], transposed: true },
    { name: 'up.1', ...at(end + 3), shape: ['width 1', 'width', 3, 3], transposed: true },
    { name: 'last', conv: `model.${end + 7}`, shape: [3, 'width', 7, 7], bias: true },
  ]
  const { sides, ...found } = layersOf('a ResNet of CycleGAN', tensors, isOurs ? inOurNames(places) : places)
  return { title: resnetTitle(blocks, sides.get('width')!), ...found }
}

/** Whether what stands behind the second convolution's usual place is the weight of its norm. */
function isVector(tensors: Tensors): boolean {
  return tensors.get(`model.${FIRST_BLOCK}.conv_block.6.weight`)?.shape.length === 1
}
