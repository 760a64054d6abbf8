// RRDBNet (ESRGAN, Wang et al. 2018): residual-in-residual dense blocks at the small size, enlarged by nearest pixels and convolutions. Of
// any width, depth and scale; where the first convolution takes 4 or 16 times the channels, pixels are taken together before it.

import type { ForwardNetwork } from '../forward/network.ts'
import { conv2d } from '../graph/conv.ts'
import { add, leakyRelu, mul } from '../graph/elementwise.ts'
import { concat } from '../graph/layout.ts'
import { upsampleNearest } from '../graph/pool.ts'
import { pixelUnshuffle } from '../graph/shuffle.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { countFrom, type Expected, layer, matchTemplate, type Tensors } from '../networks/template.ts'
import type { Recognised } from './recognised.ts'

const CONVOLUTIONS = [1, 2, 3, 4, 5] as const
const DENSE = [1, 2, 3] as const

/** In the names of BasicSR. */
export function rrdb(weights: Weights): ForwardNetwork {
  const [width, inputs] = weights.shape('conv_first.weight') as [number, number]
  const blocks = weights.count('body')
  const ups = countFrom(weights, 1, upName)
  const cell = Math.sqrt(inputs / 3)
  const scale = 2 ** ups / cell
  return {
    title: rrdbTitle(scale, width, blocks),
    channelsIn: 3,
    channelsOut: 3,
    scale,
    multiple: cell,
    radius: cell * Math.ceil(2 + DENSE.length * CONVOLUTIONS.length * blocks + 1 + 2 / 2 ** ups),
    build: (x) => scope('rrdb', () => rrdbStages(weights, x).out),
  }
}

/** What the network computes on its way, for tests as well: the first convolution, each block, the trunk, the picture. */
export function rrdbStages(weights: Weights, x: Tensor) {
  const [, inputs] = weights.shape('conv_first.weight') as [number, number]
  const conv = (name: string, h: Tensor) =>
    conv2d(h, weights.get(`${name}.weight`), { bias: weights.get(`${name}.bias`), padding: 1 })
  const first = conv('conv_first', pixelUnshuffle(x, Math.sqrt(inputs / 3)))
  const blocks: Tensor[] = []
  for (let i = 0; i < weights.count('body'); i++) blocks.push(block(weights.at(`body.${i}`), blocks.at(-1) ?? first))
  const trunk = conv('conv_body', blocks.at(-1) ?? first)
  let h = add(first, trunk)
  for (let i = 1; i <= countFrom(weights, 1, upName); i++)
    h = leakyRelu(conv(`conv_up${i}`, upsampleNearest(h, 2)), SLOPE)
  return { first, blocks, trunk, out: conv('conv_last', leakyRelu(conv('conv_hr', h), SLOPE)) }
}

const SLOPE = 0.2
const RESIDUAL = 0.2
const upName = (i: number) => `conv_up${i}.weight`

function block(weights: Weights, x: Tensor): Tensor {
  const h = DENSE.reduce((part, j) => dense(weights.at(`rdb${j}`), part), x)
  return add(mul(h, RESIDUAL), x)
}

/** Five convolutions, each seeing all that came before; with ESRGAN+ two more shortcuts. */
function dense(weights: Weights, x: Tensor): Tensor {
  const seen = [x]
  const conv = (k: number) =>
    conv2d(concat([...seen], 1), weights.get(`conv${k}.weight`), { bias: weights.get(`conv${k}.bias`), padding: 1 })
  const shortcut = weights.has('conv1x1.weight') ? conv2d(x, weights.get('conv1x1.weight')) : undefined
  for (const k of [1, 2, 3, 4]) {
    let y = leakyRelu(conv(k), SLOPE)
    if (shortcut && k === 2) y = add(y, shortcut)
    if (shortcut && k === 4) y = add(y, seen[2]!)
    seen.push(y)
  }
  return add(mul(conv(5), RESIDUAL), x)
}

function rrdbTitle(scale: number, width: number, blocks: number): string {
  return `RRDB ×${scale}, ${width} wide, ${blocks} blocks`
}

/** The network in the names of BasicSR, from those, ESRGAN's or the oldest; undefined where the tensors are of another. */
export function recogniseRrdb(given: Tensors): Recognised | undefined {
  const tensors = inOurNames(given)
  if (!tensors) return undefined
  const blocks = countFrom(tensors, 0, (i) => `body.${i}.rdb1.conv1.weight`)
  const ups = countFrom(tensors, 1, upName)
  const inputs = tensors.get('conv_first.weight')?.shape[1] ?? 3
  const template: Expected[] = [
    ...layer('conv_first', ['width', inputs, 3, 3]),
    ...Array.from({ length: Math.max(1, blocks) }, (_, i) => DENSE.flatMap((j) => denseTemplate(tensors, i, j))).flat(),
    ...layer('conv_body', ['width', 'width', 3, 3]),
    ...Array.from({ length: ups }, (_, i) => layer(`conv_up${i + 1}`, ['width', 'width', 3, 3])).flat(),
    ...layer('conv_hr', ['width', 'width', 3, 3]),
    ...layer('conv_last', [3, 'width', 3, 3]),
  ]
  const cell = Math.sqrt(inputs / 3)
  // Gray or four-channel networks, and whatever takes more than pixels.
  if (![1, 2, 4].includes(cell)) template[0] = { key: 'conv_first.weight', shape: ['width', 3, 3, 3] }
  const { tensors: used, sides } = matchTemplate('an RRDBNet', tensors, template)
  return { title: rrdbTitle(2 ** ups / cell, sides.get('width')!, blocks), tensors: used }
}

/** Input channels grow by the width of what each convolution adds. */
function denseTemplate(tensors: Tensors, i: number, j: number): Expected[] {
  const at = `body.${i}.rdb${j}`
  const first = tensors.get('body.0.rdb1.conv1.weight')?.shape ?? []
  const [growth, width] = [first[0] ?? 32, first[1] ?? 64]
  const convolutions = CONVOLUTIONS.flatMap((k) =>
    layer(`${at}.conv${k}`, [k === 5 ? width : growth, width + (k - 1) * growth, 3, 3]),
  )
  const isPlus = tensors.has('body.0.rdb1.conv1x1.weight')
  return isPlus ? [...convolutions, { key: `${at}.conv1x1.weight`, shape: [growth, width, 1, 1] }] : convolutions
}

/** Every layout by names; undefined where nothing says that it is such a network. */
function inOurNames(tensors: Tensors): Tensors | undefined {
  if (tensors.has('conv_first.weight') && tensors.has('body.0.rdb1.conv1.weight')) return tensors
  if (tensors.has('conv_first.weight') && tensors.has('RRDB_trunk.0.RDB1.conv1.weight'))
    return renamed(tensors, fromEsrgan)
  if (tensors.has('model.0.weight') && tensors.has('model.1.sub.0.RDB1.conv1.0.weight')) return fromOldest(tensors)
  return undefined
}

function renamed(tensors: Tensors, nameOf: (key: string) => string | undefined): Tensors {
  const out = new Map()
  for (const [key, tensor] of tensors) {
    const name = nameOf(key)
    if (name !== undefined) out.set(name, tensor)
  }
  return out
}

function fromEsrgan(key: string): string {
  return key
    .replace(/^RRDB_trunk\.(\d+)\.RDB(\d)\./u, 'body.$1.rdb$2.')
    .replace(/^trunk_conv\./u, 'conv_body.')
    .replace(/^upconv(\d)\./u, 'conv_up$1.')
    .replace(/^HRconv\./u, 'conv_hr.')
}

/** A sequence: first, blocks and trunk, then an enlargement of three places for each doubling, two convolutions. */
function fromOldest(tensors: Tensors): Tensors {
  const places = [...tensors.keys()].flatMap((key) => /^model\.(\d+)\./u.exec(key)?.[1] ?? []).map(Number)
  const ups = Math.round((Math.max(...places) - 4) / 3)
  const blocks = countFrom(tensors, 0, (i) => `model.1.sub.${i}.RDB1.conv1.0.weight`)
  const names: Record<string, string> = {
    'model.0': 'conv_first',
    [`model.1.sub.${blocks}`]: 'conv_body',
    [`model.${3 * ups + 2}`]: 'conv_hr',
    [`model.${3 * ups + 4}`]: 'conv_last',
  }
  for (let i = 1; i <= ups; i++) names[`model.${3 * i}`] = `conv_up${i}`
  return renamed(tensors, (key) => {
    const inner = /^model\.1\.sub\.(\d+)\.RDB(\d)\.(conv\w+)(?:\.0)?\.(weight|bias)$/u.exec(key)
    if (inner) return `body.${inner[1]}.rdb${inner[2]}.${inner[3]}.${inner[4]}`
    const at = key.lastIndexOf('.')
    const name = names[key.slice(0, at)]
    return name && `${name}${key.slice(at)}`
  })
}
