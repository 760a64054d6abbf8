// The transformer network of pytorch/examples' fast_neural_style: mirrored borders, nearest pixels enlarged, instance norms with scale and
// shift. Pixels are 0..255 in it and 0..1 outside.

import type { ForwardNetwork } from '../forward/network.ts'
import { add, mul, relu } from '../graph/elementwise.ts'
import { upsampleNearest } from '../graph/pool.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { countFrom, layer, matchTemplate, type Tensors } from '../networks/template.ts'
import { bordered, styledNorm } from './layers.ts'
import { named, type Recognised } from './recognised.ts'

/** Of any width and number of blocks. */
export function johnson(weights: Weights): ForwardNetwork {
  return {
    title: johnsonTitle(weights.count('res'), weights.shape('conv.0.weight')[0]!),
    channelsIn: 3,
    channelsOut: 3,
    scale: 1,
    multiple: 4,
    radius: Number.POSITIVE_INFINITY,
    build: (x) => scope('johnson', () => mul(levels(weights, mul(x, 255)), 1 / 255)),
  }
}

function levels(weights: Weights, x: Tensor): Tensor {
  const layerAt = (name: string, h: Tensor, stride = 1) => {
    const at = weights.at(name)
    return styledNorm(bordered(at, h, 'reflect', stride), at.get('scale'), at.get('shift'), 1e-5)
  }
  let h = relu(layerAt('conv.0', x))
  for (const i of [1, 2]) h = relu(layerAt(`conv.${i}`, h, 2))
  for (let i = 0; i < weights.count('res'); i++) h = add(h, layerAt(`res.${i}.1`, relu(layerAt(`res.${i}.0`, h))))
  for (const i of [0, 1]) h = relu(layerAt(`up.${i}`, upsampleNearest(h, 2)))
  return bordered(weights.at('out'), h, 'reflect')
}

const johnsonTitle = (blocks: number, width: number): string => `one style by Johnson, ${blocks} blocks, ${width} wide`

/** The network in the names of pytorch/examples; undefined where the tensors are of another. Old running statistics are left out. */
export function recogniseJohnson(tensors: Tensors): Recognised | undefined {
  const isOurs = tensors.has('conv.0.scale') && !tensors.has('out.shift')
  if (!isOurs && !tensors.has('conv1.conv2d.weight')) return undefined
  const blocks = isOurs
    ? countFrom(tensors, 0, (i) => `res.${i}.0.weight`)
    : countFrom(tensors, 1, (i) => `res${i}.conv1.conv2d.weight`)
  const places = [
    ...[0, 1, 2].map((i) => [`conv.${i}`, `conv${i + 1}`, `in${i + 1}`] as const),
    ...Array.from({ length: blocks }, (_, b) =>
      [0, 1].map((j) => [`res.${b}.${j}`, `res${b + 1}.conv${j + 1}`, `res${b + 1}.in${j + 1}`] as const),
    ).flat(),
    ...[0, 1].map((i) => [`up.${i}`, `deconv${i + 1}`, `in${i + 4}`] as const),
    ['out', 'deconv3', ''] as const,
  ]
  const own = isOurs
    ? tensors
    : named(tensors, (take) => {
        for (const [name, conv, norm] of places) {
          take(`${name}.weight`, `${conv}.conv2d.weight`)
          take(`${name}.bias`, `${conv}.conv2d.bias`)
          take(`${name}.scale`, `${norm}.weight`)
          take(`${name}.shift`, `${norm}.bias`)
        }
      })
  const styled = (name: string, to: string, from: string | number, k: number) => [
    ...layer(name, [to, from, k, k]),
    { key: `${name}.scale`, shape: [to] },
    { key: `${name}.shift`, shape: [to] },
  ]
  const template = [
    ...styled('conv.0', 'width', 3, 9),
    ...styled('conv.1', 'width 1', 'width', 3),
    ...styled('conv.2', 'width 2', 'width 1', 3),
    ...Array.from({ length: blocks }, (_, b) =>
      [0, 1].map((j) => styled(`res.${b}.${j}`, 'width 2', 'width 2', 3)),
    ).flat(2),
    ...styled('up.0', 'width 1', 'width 2', 3),
    ...styled('up.1', 'width', 'width 1', 3),
    ...layer('out', [3, 'width', 9, 9]),
  ]
  const { tensors: used, sides } = matchTemplate("a network of pytorch/examples' fast_neural_style", own, template)
  const isStale = !isOurs && tensors.has('in1.running_mean')
  return {
    title: johnsonTitle(blocks, sides.get('width')!),
    tensors: used,
    notes: isStale ? ['running statistics of instance norms, which nothing uses, were left out'] : [],
  }
}
