// The network of lengstrom/fast-style-transfer, written for TensorFlow: borders of zeros, transposed convolutions, an instance norm behind
// every convolution, the last one too, and a hyperbolic tangent. Pixels are 0..255 in it and 0..1 outside.

import type { ForwardNetwork } from '../forward/network.ts'
import { conv2d } from '../graph/conv.ts'
import { add, mul, relu, tanh } from '../graph/elementwise.ts'
import { enlarge } from '../graph/enlarge.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { permuted } from '../networks/found.ts'
import { type Expected, matchTemplate, type Tensors } from '../networks/template.ts'
import { styledNorm } from './layers.ts'
import { named, type Recognised } from './recognised.ts'

const EPS = 1e-3
const BLOCKS = 5

/** Of any width. */
export function lengstrom(weights: Weights): ForwardNetwork {
  return {
    title: lengstromTitle(weights.shape('conv.0.weight')[0]!),
    channelsIn: 3,
    channelsOut: 3,
    scale: 1,
    multiple: 4,
    radius: Number.POSITIVE_INFINITY,
    build: (x) => scope('lengstrom', () => mul(lengstromStages(weights, mul(x, 255)).out, 1 / 255)),
  }
}

/** In pixels of 0..255: what it computes on its way, for tests as well. */
export function lengstromStages(weights: Weights, x: Tensor) {
  const normed = (name: string, y: Tensor) =>
    styledNorm(y, weights.get(`${name}.scale`), weights.get(`${name}.shift`), EPS)
  const layer = (name: string, h: Tensor) => {
    const kernel = weights.get(`${name}.weight`)
    return normed(name, conv2d(h, kernel, { padding: (kernel.shape[2]! - 1) / 2 }))
  }
  let down = relu(layer('conv.0', x))
  for (const i of [1, 2])
    down = relu(
      normed(`conv.${i}`, conv2d(down, weights.get(`conv.${i}.weight`), { stride: 2, padding: [0, 0, 1, 1] })),
    )
  let residual = down
  for (let i = 0; i < BLOCKS; i++) residual = add(residual, layer(`res.${i}.1`, relu(layer(`res.${i}.0`, residual))))
  let h = residual
  for (const i of [0, 1]) h = relu(normed(`up.${i}`, enlarge(h, weights.get(`up.${i}.weight`), 'same')))
  return { down, residual, out: add(mul(tanh(layer('out', h)), 150), 127.5) }
}

const lengstromTitle = (width: number): string => `one style by Lengstrom, ${BLOCKS} blocks, ${width} wide`

/** Layers in the order of their variables: kernel, shift, scale. */
const LAYERS = [
  ...['conv.0', 'conv.1', 'conv.2'],
  ...Array.from({ length: BLOCKS }, (_, i) => [`res.${i}.0`, `res.${i}.1`]).flat(),
  ...['up.0', 'up.1', 'out'],
]

const variable = (i: number): string => (i === 0 ? 'Variable' : `Variable_${i}`)

/** The network of a checkpoint's variables; undefined where the tensors are of another. */
export function recogniseLengstrom(tensors: Tensors): Recognised | undefined {
  const isOurs = tensors.has('conv.0.scale') && tensors.has('out.shift')
  if (!isOurs && !(tensors.has('Variable') && tensors.has('Variable_1'))) return undefined
  const own = isOurs
    ? tensors
    : named(tensors, (take) => {
        for (const [i, name] of LAYERS.entries()) {
          take(`${name}.weight`, variable(3 * i), (kernel) =>
            // Of a transposed kernel it is [h, w, out, in] there, [in, out, h, w] here.
            kernel.shape.length === 4 ? permuted(kernel, [3, 2, 0, 1]) : kernel,
          )
          take(`${name}.shift`, variable(3 * i + 1))
          take(`${name}.scale`, variable(3 * i + 2))
        }
      })
  const layer = (name: string, shape: Expected['shape'], width = shape[0]!): Expected[] => [
    { key: `${name}.weight`, shape },
    { key: `${name}.shift`, shape: [width] },
    { key: `${name}.scale`, shape: [width] },
  ]
  const template = [
    ...layer('conv.0', ['width', 3, 9, 9]),
    ...layer('conv.1', ['width 1', 'width', 3, 3]),
    ...layer('conv.2', ['width 2', 'width 1', 3, 3]),
    ...LAYERS.filter((name) => name.startsWith('res')).flatMap((name) => layer(name, ['width 2', 'width 2', 3, 3])),
    ...layer('up.0', ['width 2', 'width 1', 3, 3], 'width 1'),
    ...layer('up.1', ['width 1', 'width', 3, 3], 'width'),
    ...layer('out', [3, 'width', 9, 9]),
  ]
  const { tensors: used, sides } = matchTemplate('a network of fast-style-transfer', own, template)
  return { title: lengstromTitle(sides.get('width')!), tensors: used, notes: [] }
}
