// fastai's U-Net on a ResNet18 (Howard and Gugger 2020), as Portrait-izer trains it: an encoder made for recognising things, and a
// decoder that enlarges by shuffling channels into pixels. Pictures of any size; pixels are 0..1 as they come in and go out.

import type { ForwardNetwork } from '../forward/network.ts'
import { padBorder } from '../graph/border.ts'
import { conv2d } from '../graph/conv.ts'
import { add, mul, relu, sigmoid } from '../graph/elementwise.ts'
import { concat, slice } from '../graph/layout.ts'
import { batchNorm } from '../graph/normalize.ts'
import { maxPoolWindows } from '../graph/pool.ts'
import { pixelShuffle } from '../graph/shuffle.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Expected, layer, matchTemplate, norm, type Tensors } from '../networks/template.ts'
import type { Recognised } from './recognised.ts'

/** What the weights do not say of it. */
export interface DynamicUnetLayout {
  /** Whether cells are smoothed behind each shuffle but the last (`blur`). */
  readonly blur: boolean
  /** Between which values a sigmoid keeps the output (`y_range`); null: nothing does. */
  readonly range: readonly [number, number] | null
}

/** Of ResNet18 and ResNet34 encoders: two convolutions a block. */
export function dynamicUnet(weights: Weights, layout: DynamicUnetLayout): ForwardNetwork {
  return {
    title: dynamicUnetTitle(weights),
    channelsIn: 3,
    channelsOut: 3,
    scale: 1,
    multiple: 1,
    radius: Number.POSITIVE_INFINITY,
    build: (x) => scope('dynamic-unet', () => dynamicUnetStages(weights, x, layout).out),
  }
}

/** What it computes on its way, for tests as well. */
export function dynamicUnetStages(all: Weights, x: Tensor, { blur, range }: DynamicUnetLayout) {
  const weights = all.at('layers')
  const body = weights.at('0')
  const skips: Tensor[] = []
  let h = relu(batchNorm(conv2d(x, body.get('0.weight'), { stride: 2, padding: 3 }), body.at('1')))
  skips.push(h)
  h = maxPoolWindows(h, 3, 2, 1)
  for (const stage of STAGES) {
    for (let i = 0; i < body.count(`${stage}`); i++) h = residual(body.at(`${stage}.${i}`), h)
    skips.push(h)
  }
  const encoded = skips.pop()!
  const middle = [0, 1].reduce(
    (y, i) => relu(convolution(weights.at(`3.${i}.0`), y)),
    relu(batchNorm(encoded, weights.at('1'))),
  )
  const blocks: Tensor[] = []
  for (const place of BLOCKS) blocks.push(block(weights.at(`${place}`), blocks.at(-1) ?? middle, skips.pop()!, blur))
  const large = cut(shuffled(weights.at('8'), blocks.at(-1)!, false), x)
  const joined = concat([large, x], 1)
  const path = convolution(weights.at('11.convpath.1.0'), relu(convolution(weights.at('11.convpath.0.0'), joined)))
  const last = convolution(weights.at('12.0'), relu(add(path, joined)))
  const out = range === null ? last : add(mul(sigmoid(last), range[1] - range[0]), range[0])
  return { body: encoded, middle, first: blocks[0]!, last: blocks.at(-1)!, out }
}

/** Places of the encoder's stages and of the decoder's blocks in the sequences. */
const STAGES = [4, 5, 6, 7] as const
const BLOCKS = [4, 5, 6, 7] as const

function convolution(weights: Weights, x: Tensor): Tensor {
  const kernel = weights.get('weight')
  return conv2d(x, kernel, { bias: weights.get('bias'), padding: (kernel.shape[2]! - 1) / 2 })
}

/** Two convolutions beside the shortcut, which is brought to their shape where it has another. */
function residual(weights: Weights, x: Tensor): Tensor {
  const down = weights.at('downsample')
  const stride = down.has('0.weight') ? 2 : 1
  const inner = relu(batchNorm(conv2d(x, weights.get('conv1.weight'), { stride, padding: 1 }), weights.at('bn1')))
  const y = batchNorm(conv2d(inner, weights.get('conv2.weight'), { padding: 1 }), weights.at('bn2'))
  const shortcut = stride === 2 ? batchNorm(conv2d(x, down.get('0.weight'), { stride }), down.at('1')) : x
  return relu(add(y, shortcut))
}

/** Enlarged, beside what the encoder saw at that size. */
function block(weights: Weights, x: Tensor, skip: Tensor, blur: boolean): Tensor {
  const up = cut(shuffled(weights.at('shuf'), x, blur), skip)
  const both = relu(concat([up, batchNorm(skip, weights.at('bn'))], 1))
  return relu(convolution(weights.at('conv2.0'), relu(convolution(weights.at('conv1.0'), both))))
}

function shuffled(weights: Weights, x: Tensor, blur: boolean): Tensor {
  const y = pixelShuffle(relu(convolution(weights.at('0.0'), x)), 2)
  if (!blur) return y
  const [n, c, h, w] = y.shape as [number, number, number, number]
  const wide = padBorder(y, 'replicate', [1, 1, 0, 0])
  const moved = (down: number, right: number) => slice(wide, [0, 0, down, right], [n, c, down + h, right + w])
  return mul(add(add(moved(0, 0), moved(0, 1)), add(moved(1, 0), moved(1, 1))), 0.25)
}

/** Of odd sides the enlarged half is one too long; fastai's nearest pixels are then all but the last. */
function cut(x: Tensor, like: Tensor): Tensor {
  const [h, w] = like.shape.slice(2) as [number, number]
  return x.shape[2] === h && x.shape[3] === w ? x : slice(x, [0, 0, 0, 0], [x.shape[0]!, x.shape[1]!, h, w])
}

function dynamicUnetTitle(weights: { has(key: string): boolean }): string {
  return `U-Net of fastai on a ResNet${weights.has('layers.0.4.2.conv1.weight') ? 34 : 18}`
}

/** The network of a file of fastai; undefined where the tensors are of another. */
export function recogniseDynamicUnet(tensors: Tensors): Recognised | undefined {
  if (!tensors.has('layers.0.0.weight') || !tensors.has('layers.4.shuf.0.0.weight')) return undefined
  const { tensors: used } = matchTemplate('a U-Net of fastai on a ResNet18', tensors, templateOf(tensors))
  return { title: dynamicUnetTitle(tensors), tensors: used, notes: [] }
}

function templateOf(tensors: Tensors): Expected[] {
  const widths = ['width 0', 'width 1', 'width 2', 'width 3']
  const stages = STAGES.flatMap((stage, s) => {
    let count = 1
    while (tensors.has(`layers.0.${stage}.${count}.conv1.weight`)) count++
    return Array.from({ length: count }, (_, i) => {
      const at = `layers.0.${stage}.${i}`
      const [to, from] = [widths[s]!, i === 0 ? (widths[s - 1] ?? 'stem') : widths[s]!]
      const shortcut = [
        { key: `${at}.downsample.0.weight`, shape: [to, from, 1, 1] },
        ...norm(`${at}.downsample.1`, to),
      ]
      return [
        { key: `${at}.conv1.weight`, shape: [to, from, 3, 3] },
        ...norm(`${at}.bn1`, to),
        { key: `${at}.conv2.weight`, shape: [to, to, 3, 3] },
        ...norm(`${at}.bn2`, to),
        ...(s > 0 && i === 0 ? shortcut : []),
      ]
    }).flat()
  })
  const deep = widths[3]!
  const skips = [widths[2]!, widths[1]!, widths[0]!, 'stem']
  const blocks = BLOCKS.flatMap((place, b) => {
    const at = `layers.${place}`
    const [cat, out] = [`cat ${b}`, `out ${b}`]
    return [
      ...layer(`${at}.shuf.0.0`, [`shuffled ${b}`, b === 0 ? deep : `out ${b - 1}`, 1, 1]),
      ...norm(`${at}.bn`, skips[b]!),
      ...layer(`${at}.conv1.0`, [out, cat, 3, 3]),
      ...layer(`${at}.conv2.0`, [out, out, 3, 3]),
    ]
  })
  return [
    { key: 'layers.0.0.weight', shape: ['stem', 3, 7, 7] },
    ...norm('layers.0.1', 'stem'),
    ...stages,
    ...norm('layers.1', deep),
    ...layer('layers.3.0.0', ['middle', deep, 3, 3]),
    ...layer('layers.3.1.0', [deep, 'middle', 3, 3]),
    ...blocks,
    ...layer('layers.8.0.0', ['shuffled', 'out 3', 1, 1]),
    ...layer('layers.11.convpath.0.0', ['joined', 'joined', 3, 3]),
    ...layer('layers.11.convpath.1.0', ['joined', 'joined', 3, 3]),
    ...layer('layers.12.0', [3, 'joined', 1, 1]),
  ]
}
