// The face network of Bringing Old Photos Back to Life: a SPADE generator (Park et al. 2019) that grows a face from a tiny
// copy of the degraded one, and is told at every size what the degraded one looks like there.

import { z } from 'zod'
import { conv2d } from '../graph/conv.ts'
import { add, leakyRelu, mul, relu, rsqrt, sub, tanh } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { upsampleNearest } from '../graph/pool.ts'
import { resizeBilinear } from '../graph/resample.ts'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import type { Found, RoleChoice } from '../networks/found.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { type Expected, layer, matchTemplate, type Tensors } from '../networks/template.ts'
import { convolution } from './blocks.ts'

const SLOPE = 0.2
/** The tiny copy is enlarged so often. */
const SHRINK = 32

/** In the order they are used, each with whether the picture is enlarged before it. */
const stages = [
  ['head_0', false],
  ['G_middle_0', true],
  ['G_middle_1', false],
  ['up_0', true],
  ['up_1', true],
  ['up_2', true],
  ['up_3', true],
] as const

export type FaceStage = 'fc' | (typeof stages)[number][0] | 'conv_img' | 'out'

/**
 * @param face [N, 3, S, S] in ±1, S a multiple of 32 (256 or 512 in the official networks)
 * @returns what every stage gives; "out" is the face [N, 3, S, S] in ±1
 */
export function restoredFace(weights: Weights, face: Tensor): Record<FaceStage, Tensor> {
  return scope('restore/face', () => {
    const small = face.shape[2]! / SHRINK
    const out: Partial<Record<FaceStage, Tensor>> = {}
    let x = convolution(weights.at('fc'), resizeBilinear(face, small, small, false), 1)
    out.fc = x
    for (const [name, larger] of stages) {
      x = spadeBlock(weights.at(name), larger ? upsampleNearest(x, 2) : x, face)
      out[name] = x
    }
    x = convolution(weights.at('conv_img'), leakyRelu(x, SLOPE), 1)
    return { ...out, conv_img: x, out: tanh(x) } as Record<FaceStage, Tensor>
  })
}

function spadeBlock(weights: Weights, x: Tensor, face: Tensor): Tensor {
  const inner = spectralConvolution(weights.at('conv_0'), leakyRelu(spade(weights.at('norm_0'), x, face), SLOPE))
  const y = spectralConvolution(weights.at('conv_1'), leakyRelu(spade(weights.at('norm_1'), inner, face), SLOPE))
  const shortcut = weights.has('conv_s.weight_orig')
    ? spectralConvolution(weights.at('conv_s'), spade(weights.at('norm_s'), x, face))
    : x
  return add(shortcut, y)
}

/** Batch norm with stored statistics, then scale and offset at every pixel from the face. */
function spade(weights: Weights, x: Tensor, face: Tensor): Tensor {
  const [, c, h, w] = x.shape as [number, number, number, number]
  const stored = (key: string): Tensor => reshape(weights.get(`param_free_norm.${key}`, [c]), [1, c, 1, 1])
  const normal = mul(sub(x, stored('running_mean')), rsqrt(add(stored('running_var'), 1e-5)))
  const told = relu(convolution(weights.at('mlp_shared.0'), resizeBilinear(face, h, w, false), 1))
  const gamma = convolution(weights.at('mlp_gamma'), told, 1)
  return add(mul(normal, add(gamma, 1)), convolution(weights.at('mlp_beta'), told, 1))
}

/** The kernel over its largest singular value, which the file has as two vectors. */
function spectralConvolution(weights: Weights, x: Tensor): Tensor {
  const kernel = weights.get('weight_orig')
  const [u, v] = [weights.get('weight_u'), weights.get('weight_v')]
  const normalized = constant(() => divided(kernel.read!(), u.read!(), v.read!()), kernel.shape, `${kernel.name}/σ`)
  const bias = weights.has('bias') ? { bias: weights.get('bias') } : {}
  return conv2d(x, normalized, { ...bias, padding: (kernel.shape[2]! - 1) / 2 })
}

function divided(kernel: ArrayLike<number>, u: ArrayLike<number>, v: ArrayLike<number>): Float32Array {
  let sigma = 0
  for (let row = 0; row < u.length; row++) {
    let product = 0
    for (let column = 0; column < v.length; column++) product += kernel[row * v.length + column]! * v[column]!
    sigma += u[row]! * product
  }
  return Float32Array.from(kernel, (value) => value / sigma)
}

const choice: RoleChoice = {
  question:
    'a face network of Bringing Old Photos Back to Life, and neither its name nor its folder says for which size',
  words: { '256': 'restore_face_256', '512': 'restore_face_512' },
  fromName: wordOf,
  fromFolder: wordOf,
}

/** FaceSR_512, Setting_9_epoch_100, restore_face_256.safetensors */
function wordOf(name: string): string | undefined {
  return /_512/.test(name) ? '512' : /Setting_9_|_256/.test(name) ? '256' : undefined
}

export const restoreFaceNetwork = networkKind({
  roles: { restore_face_256: 'face restoration at 256 px', restore_face_512: 'face restoration at 512 px' },
  layout: z.strictObject({}),
  files: '`Setting_9_epoch_100/latest_net_G.pth`, `FaceSR_512/latest_net_G.pth` of Bringing-Old-Photos-Back-to-Life',
  choice,
  landmarks: ['head_0.conv_0.weight_orig'],
  recognise: ({ tensors, at }) => (tensors.has('head_0.conv_0.weight_orig') ? [readFace(tensors, at)] : []),
  probe: (weights) => restoredFace(weights, testPicture(3, SHRINK)).out,
})

function readFace(tensors: Tensors, at: string): Found {
  const match = matchTemplate('a face network of Bringing Old Photos Back to Life', tensors, faceTemplate())
  const title = `SPADE face generator, ${match.sides.get('width 0')} to ${match.sides.get('width 4')} channels`
  return { role: choice, title, at, tensors: match.tensors, notes: [] }
}

export function faceTemplate(): Expected[] {
  const width = (i: number) => `width ${i}`
  const spectral = (name: string, to: string, from: string, k: number, bias: boolean): Expected[] => [
    ...(bias ? [{ key: `${name}.bias`, shape: [to] }] : []),
    { key: `${name}.weight_orig`, shape: [to, from, k, k] },
    { key: `${name}.weight_u`, shape: [to] },
    { key: `${name}.weight_v`, shape: [`${from}·${k ** 2}`] },
  ]
  const spadeOf = (name: string, c: string): Expected[] => [
    ...['running_mean', 'running_var'].map((key) => ({ key: `${name}.param_free_norm.${key}`, shape: [c] })),
    ...layer(`${name}.mlp_shared.0`, ['told', 3, 3, 3]),
    ...layer(`${name}.mlp_gamma`, [c, 'told', 3, 3]),
    ...layer(`${name}.mlp_beta`, [c, 'told', 3, 3]),
  ]
  const blocks = stages.flatMap(([name]) => {
    const up = /^up_(\d)$/.exec(name)
    const [from, to] = up ? [width(Number(up[1])), width(Number(up[1]) + 1)] : [width(0), width(0)]
    // The middle of a block is as wide as its narrower end.
    return [
      ...spectral(`${name}.conv_0`, to, from, 3, true),
      ...spectral(`${name}.conv_1`, to, to, 3, true),
      ...(up ? spectral(`${name}.conv_s`, to, from, 1, false) : []),
      ...spadeOf(`${name}.norm_0`, from),
      ...spadeOf(`${name}.norm_1`, to),
      ...(up ? spadeOf(`${name}.norm_s`, from) : []),
    ]
  })
  return [...layer('fc', [width(0), 3, 3, 3]), ...blocks, ...layer('conv_img', [3, width(4), 3, 3])]
}
