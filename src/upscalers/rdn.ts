// The residual dense networks of idealo's image-super-resolution, which UpscalerJS ships for the browser: RDN (Zhang et al. 2018; esrgan-slim
// and -medium) on pictures of 0..255, and RRDN (-thick), dense blocks within residual ones, on 0..1.

import type { TensorSource } from '../checkpoint/value.ts'
import type { ForwardNetwork } from '../forward/network.ts'
import { conv2d } from '../graph/conv.ts'
import { add, mul, relu } from '../graph/elementwise.ts'
import { concat } from '../graph/layout.ts'
import { upsampleNearest } from '../graph/pool.ts'
import { pixelShuffle } from '../graph/shuffle.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { permuted } from '../networks/found.ts'
import { countFrom, type Expected, layer, matchTemplate, type Tensors } from '../networks/template.ts'
import type { Recognised } from './recognised.ts'

const has = (source: { has(key: string): boolean }, name: string) => source.has(`${name}.weight`)

/** Sizes that names and shapes tell. */
interface Sizes {
  /** Dense blocks; of an RRDN in each of its blocks. */
  readonly dense: number
  /** Convolutions of a dense block. */
  readonly convolutions: number
  /** Residual blocks of an RRDN. */
  readonly blocks: number
  readonly scale: number
}

interface Named {
  has(key: string): boolean
  outputs(name: string): number
}

function sizesOf(named: Named, isRrdn: boolean): Sizes {
  const at = isRrdn ? '1_' : ''
  const dense = countFrom(named, 1, (d) => `F_${at}${d}_1.weight`)
  const convolutions = countFrom(named, 1, (c) => `F_${at}1_${c}.weight`)
  const blocks = isRrdn ? countFrom(named, 1, (t) => `F_${t}_1_1.weight`) : 1
  return { dense, convolutions, blocks, scale: Math.sqrt(named.outputs(isRrdn ? 'PreShuffle' : 'UPN3') / 3) }
}

const isRrdnIn = (source: { has(key: string): boolean }) => has(source, 'Pre_blocks_conv')

function titleOf(isRrdn: boolean, { scale, dense, convolutions, blocks }: Sizes): string {
  return isRrdn
    ? `RRDN ×${scale}, ${blocks} blocks of ${dense}×${convolutions}`
    : `RDN ×${scale}, ${dense} dense blocks of ${convolutions}`
}

/** In the names of idealo, kernels turned to [out, in, h, w]. */
export function rdn(weights: Weights): ForwardNetwork {
  const isRrdn = isRrdnIn(weights)
  const named = {
    has: (key: string) => weights.has(key),
    outputs: (name: string) => weights.shape(`${name}.weight`)[0]!,
  }
  const sizes = sizesOf(named, isRrdn)
  const { dense, convolutions, blocks, scale } = sizes
  const conv = (name: string, h: Tensor): Tensor => {
    const kernel = weights.get(`${name}.weight`)
    return conv2d(h, kernel, { bias: weights.get(`${name}.bias`), padding: (kernel.shape[2]! - 1) / 2 })
  }
  /** One dense block: convolutions that see all before, brought back to the width. */
  const denseBlock = (at: string, x: Tensor): Tensor => {
    const seen = [x]
    for (let c = 1; c <= convolutions; c++) seen.push(relu(conv(`F_${at}_${c}`, concat([...seen], 1))))
    return conv(`LFF_${at}`, concat([...seen], 1))
  }
  const buildRdn = (x: Tensor): Tensor => {
    const shallow = conv('F_m1', mul(x, 255))
    let h = conv('F_0', shallow)
    const local: Tensor[] = []
    for (let d = 1; d <= dense; d++) {
      h = add(denseBlock(String(d), h), h)
      local.push(h)
    }
    h = add(conv('GFF_2', conv('GFF_1', concat(local, 1))), shallow)
    h = conv('UPN3', relu(conv('UPN2', relu(conv('UPN1', h)))))
    return mul(conv('SR', upsampleNearest(h, scale)), 1 / 255)
  }
  const buildRrdn = (x: Tensor): Tensor => {
    const shallow = conv('Pre_blocks_conv', x)
    let h = shallow
    for (let t = 1; t <= blocks; t++) {
      let inner = h
      for (let d = 1; d <= dense; d++) inner = add(mul(denseBlock(`${t}_${d}`, inner), BETA), inner)
      h = add(mul(inner, BETA), h)
    }
    h = add(conv('post_blocks_conv', h), shallow)
    return conv('SR', pixelShuffle(conv('PreShuffle', h), scale, 'cell-first'))
  }
  return {
    title: titleOf(isRrdn, sizes),
    channelsIn: 3,
    channelsOut: 3,
    scale,
    multiple: 1,
    // Behind the blocks: RDN has one of 3×3, one of 5×5 and two of 3×3, RRDN two of 3×3; the last is at the large size.
    radius: isRrdn ? 1 + blocks * dense * (convolutions + 1) + 3 : 2 + dense * convolutions + 1 + 4 + 1,
    build: (x) => scope('rdn', () => (isRrdn ? buildRrdn(x) : buildRdn(x))),
  }
}

const BETA = 0.2

/** The network of Keras' names; undefined where the tensors are of another. */
export function recogniseRdn(given: Tensors): Recognised | undefined {
  const tensors = inOurNames(given)
  const isRrdn = isRrdnIn(tensors)
  if (!(isRrdn ? has(tensors, 'F_1_1_1') : has(tensors, 'F_m1') && has(tensors, 'F_1_1'))) return undefined
  const named = {
    has: (key: string) => tensors.has(key),
    outputs: (name: string) => tensors.get(`${name}.weight`)?.shape[0] ?? 12,
  }
  const sizes = sizesOf(named, isRrdn)
  const { dense, convolutions, blocks, scale } = sizes
  const shuffled = 3 * scale * scale
  const denseTemplate = (at: string): Expected[] => {
    const growth = tensors.get(`F_${at}_1.weight`)?.shape[0] ?? 32
    const width = tensors.get(`F_${at}_1.weight`)?.shape[1] ?? 64
    const inner = Array.from({ length: convolutions }, (_, c) =>
      layer(`F_${at}_${c + 1}`, [growth, width + c * growth, 3, 3]),
    ).flat()
    const side = isRrdn ? 3 : 1
    return [...inner, ...layer(`LFF_${at}`, ['width', width + convolutions * growth, side, side])]
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1)
  const template = isRrdn
    ? [
        ...layer('Pre_blocks_conv', ['width', 3, 3, 3]),
        ...numbers(blocks).flatMap((t) => numbers(dense).flatMap((d) => denseTemplate(`${t}_${d}`))),
        ...layer('post_blocks_conv', ['width', 'width', 3, 3]),
        ...layer('PreShuffle', [shuffled, 'width', 3, 3]),
        ...layer('SR', [3, 3, 3, 3]),
      ]
    : [
        ...layer('F_m1', ['width', 3, 3, 3]),
        ...layer('F_0', ['width', 'width', 3, 3]),
        ...numbers(dense).flatMap((d) => denseTemplate(String(d))),
        ...layer('GFF_1', ['width', (tensors.get('F_m1.weight')?.shape[0] ?? 64) * dense, 1, 1]),
        ...layer('GFF_2', ['width', 'width', 3, 3]),
        ...layer('UPN1', ['up', 'width', 5, 5]),
        ...layer('UPN2', ['narrow', 'up', 3, 3]),
        ...layer('UPN3', [shuffled, 'narrow', 3, 3]),
        ...layer('SR', [3, shuffled, 3, 3]),
      ]
  const { tensors: used } = matchTemplate(isRrdn ? 'an RRDN' : 'an RDN', tensors, template)
  return { title: titleOf(isRrdn, sizes), tensors: used }
}

/** `name/kernel` [h, w, in, out] as `name.weight` [out, in, h, w]. */
function inOurNames(tensors: Tensors): Tensors {
  const out = new Map<string, TensorSource>()
  for (const [key, tensor] of tensors) {
    const [name, part] = [key.slice(0, key.lastIndexOf('/')), key.slice(key.lastIndexOf('/') + 1)]
    if (part === 'kernel' && tensor.shape.length === 4) out.set(`${name}.weight`, permuted(tensor, [3, 2, 0, 1]))
    else if (part === 'bias' && key.includes('/')) out.set(`${name}.bias`, tensor)
    else out.set(key, tensor)
  }
  return out
}
