// The transformer of arbitrary styles in the files of Magenta: named as its TensorFlow code names them, batch norms apart in TensorFlow.js'
// files and folded into the convolutions in those of TensorFlow Lite, whose kernels lie [out, h, w, in].

import type { TensorSource } from '../checkpoint/value.ts'
import { permuted, reshaped } from '../networks/found.ts'
import { countFrom, type Expected, matchTemplate, type Tensors } from '../networks/template.ts'
import { named, type Recognised } from './recognised.ts'

/** Of TensorFlow's batch norm, as Magenta leaves it. */
const EPS = 1e-3

/** The transformer; undefined where the tensors are of another network. */
export function recogniseTransformer(tensors: Tensors): Recognised | undefined {
  const isOurs = tensors.has('contract.0.weight') && tensors.has('expand.0.gamma.weight')
  if (!isOurs && !tensors.has('transformer/contract/conv1/weights')) return undefined
  const own = isOurs ? tensors : inOurNames(tensors)
  const blocks = Math.max(
    1,
    countFrom(own, 0, (i) => `residual.${i}.0.gamma.weight`),
  )
  const isSeparable = own.has('expand.0.depthwise')
  const { tensors: used, sides } = matchTemplate('a transformer of styles', own, templateOf(blocks, isSeparable))
  const words = [
    `${sides.get('style')} numbers a style`,
    `${sides.get('width')} wide`,
    ...(isSeparable ? ['separable'] : []),
  ]
  return { title: `transformer of styles, ${words.join(', ')}`, tensors: used, notes: [] }
}

function templateOf(blocks: number, isSeparable: boolean): Expected[] {
  const styled = (name: string, to: string | number, from: string, k: number): Expected[] => [
    ...(isSeparable
      ? [
          { key: `${name}.depthwise`, shape: [from, 1, k, k] },
          { key: `${name}.pointwise`, shape: [to, from, 1, 1] },
        ]
      : [{ key: `${name}.weight`, shape: [to, from, k, k] }]),
    ...['gamma', 'beta'].flatMap((part) => [
      { key: `${name}.${part}.weight`, shape: [to, 'style'] },
      { key: `${name}.${part}.bias`, shape: [to] },
    ]),
  ]
  const plain = (name: string, to: string, from: string | number, k: number): Expected[] => [
    { key: `${name}.weight`, shape: [to, from, k, k] },
    { key: `${name}.bias`, shape: [to] },
  ]
  return [
    ...plain('contract.0', 'width', 3, 9),
    ...plain('contract.1', 'width 1', 'width', 3),
    ...plain('contract.2', 'width 2', 'width 1', 3),
    ...Array.from({ length: blocks }, (_, i) =>
      [0, 1].map((j) => styled(`residual.${i}.${j}`, 'width 2', 'width 2', 3)),
    ).flat(2),
    ...styled('expand.0', 'width 1', 'width 2', 3),
    ...styled('expand.1', 'width', 'width 1', 3),
    ...styled('expand.2', 3, 'width', 9),
    { key: 'zero_border', shape: [1], optional: true },
  ]
}

function inOurNames(tensors: Tensors): Map<string, TensorSource> {
  const isLite = tensors.has('transformer/contract/conv1/Conv2D_bias')
  const kernel = (tensor: TensorSource) => permuted(tensor, isLite ? [0, 3, 1, 2] : [3, 2, 0, 1])
  const own = named(tensors, (take) => {
    for (const i of [0, 1, 2]) {
      const at = `transformer/contract/conv${i + 1}`
      if (isLite) {
        take(`contract.${i}.weight`, `${at}/weights`, kernel)
        take(`contract.${i}.bias`, `${at}/Conv2D_bias`)
      } else {
        take(`contract.${i}.weight`, `${at}/weights`, (tensor) => folded(kernel(tensor), tensors, at).weight)
        take(`contract.${i}.bias`, `${at}/BatchNorm/beta`, (tensor) => folded(tensor, tensors, at).bias)
      }
    }
    const blocks = countFrom(
      tensors,
      1,
      (i) => `style_params/transformer/residual/residual${i}/conv1/StyleNorm/Conv/weights`,
    )
    const layers = [
      ...Array.from({ length: blocks }, (_, b) =>
        [0, 1].map((j) => {
          const block = `transformer/residual/residual${b + 1}`
          return [`residual.${b}.${j}`, `${block}/conv${j + 1}`, `${block}/dilate_conv${j + 1}`] as const
        }),
      ).flat(),
      ...[0, 1, 2].map((i) => {
        const at = `transformer/expand/conv${i + 1}`
        return [`expand.${i}`, `${at}/conv`, `${at}/dilate_conv`] as const
      }),
    ]
    for (const [name, conv, separable] of layers) {
      take(`${name}.weight`, `${conv}/weights`, kernel)
      take(`${name}.depthwise`, `${separable}/depthwise_weights`, (tensor) => permuted(tensor, [2, 3, 0, 1]))
      take(`${name}.pointwise`, `${separable}/pointwise_weights`, kernel)
      for (const [part, theirs] of [
        ['beta', 'Conv'],
        ['gamma', 'Conv_1'],
      ] as const) {
        const at = `style_params/${conv}/StyleNorm/${theirs}`
        take(`${name}.${part}.weight`, `${at}/weights`, (tensor) => {
          const turned = kernel(tensor)
          return reshaped(turned, turned.shape.slice(0, 2))
        })
        take(`${name}.${part}.bias`, isLite ? `${at}/Conv2D_bias` : `${at}/biases`)
      }
    }
  })
  // The border is an operation of its own, whose name its sizes bear.
  if (tensors.has('transformer/contract/Pad/paddings'))
    own.set('zero_border', { dtype: 'F32', shape: [1], read: () => Float32Array.of(1) })
  return own
}

/** A convolution with the batch norm behind it; its scale is 1 where the file has a constant of that name. */
function folded(tensor: TensorSource, tensors: Tensors, at: string): { weight: TensorSource; bias: TensorSource } {
  const part = (name: string) => tensors.get(`${at}/BatchNorm/${name}`)?.read()
  const scales = () => {
    const [variance, gamma] = [part('moving_variance') ?? [], part('gamma') ?? part('Const')]
    return Float32Array.from(variance, (v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + EPS))
  }
  return {
    weight: {
      ...tensor,
      read() {
        const [values, scale] = [tensor.read(), scales()]
        const each = values.length / scale.length
        return values.map((v, i) => v * scale[Math.floor(i / each)]!)
      },
    },
    bias: {
      ...tensor,
      read() {
        const [mean, scale] = [part('moving_mean') ?? new Float32Array(0), scales()]
        return tensor.read().map((beta, i) => beta - mean[i]! * scale[i]!)
      },
    },
  }
}
