// VGGs in torchvision's names that Caffe trained: told by their numbers, and what they see is what Caffe's networks see.
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/checkpoint/store.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { imagenetNormalized } from '../../src/features/normalization.ts'
import { type VggKind, vggConvolutions, vggFeatures } from '../../src/features/vgg.ts'
import { CAFFE_UNITS } from '../../src/features/vgg-caffe.ts'
import { vggFaceNetwork } from '../../src/features/vgg-face.ts'
import { vgg16Network } from '../../src/features/vgg16.ts'
import { vgg19Network } from '../../src/features/vgg19.ts'
import { conv2d } from '../../src/graph/conv.ts'
import { mul, relu, sub } from '../../src/graph/elementwise.ts'
import { flip } from '../../src/graph/layout.ts'
import { constant } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'

const WIDTH = 8
/** How the biases of the first layer begin: Caffe's VGG19 in a file of 8 bits, torchvision's VGG16. */
const CAFFE = [0.733, 0.062, 0.035, 0.823, 0.256, 0.547, -0.014, 0.346]
const TORCHVISION = [0.4034, 0.3778, 0.4644, -0.3228, 0.394, -0.3953, 0.3951, -0.5496]
/** The first kernel of Caffe's VGG19 (blue, green, red), from a file of 8 bits. */
const FIRST = [
  [0.339, 0.339, -0.047, 0.231, 0.09, -0.302, -0.071, -0.245, -0.335],
  [0.462, 0.419, -0.047, 0.306, 0.104, -0.372, -0.075, -0.311, -0.467],
  [0.396, 0.377, -0.047, 0.269, 0.099, -0.339, -0.075, -0.278, -0.415],
]

function file(kind: VggKind, biases: readonly number[], order: 'bgr' | 'rgb' = 'bgr') {
  const numbers = new Map<string, { shape: number[]; data: Float32Array }>()
  for (const [i, { key }] of vggConvolutions(kind).entries()) {
    const inputs = i === 0 ? 3 : WIDTH
    const kernel = formulaValues(`${kind}/${key}`, WIDTH * inputs * 9, 0.2)
    if (i === 0) kernel.set(FIRST.flat())
    const turned =
      i === 0 && order === 'rgb'
        ? kernel.map((_, j) => kernel[(Math.floor(j / 27) * 3 + 2 - (Math.floor(j / 9) % 3)) * 9 + (j % 9)]!)
        : kernel
    numbers.set(`${key}.weight`, { shape: [WIDTH, inputs, 3, 3], data: turned })
    const bias = i === 0 ? biases : formulaValues(`${kind}/${key}.bias`, WIDTH)
    numbers.set(`${key}.bias`, { shape: [WIDTH], data: Float32Array.from(bias) })
  }
  const tensors = new Map(
    [...numbers].map(([key, { shape, data }]) => [key, { dtype: 'F32' as const, shape, read: () => data }]),
  )
  return { numbers, place: { at: 'root', tensors, root: undefined, inside: () => [] } }
}

const networks = { vgg16: vgg16Network, vgg19: vgg19Network }

describe.each(['vgg16', 'vgg19'] as const)('%s', (kind) => {
  const title = kind.toUpperCase()

  it('of torchvision is taken as it is', () => {
    const { place, numbers } = file(kind, TORCHVISION)
    const [found] = networks[kind].recognise(place)
    expect(found).toMatchObject({ role: kind, notes: [] })
    expect(found!.title).toMatch(new RegExp(`^${title}, `, 'u'))
    for (const [key, { read }] of found!.tensors) expect(read()).toEqual(numbers.get(key)!.data)
  })

  it.each(['bgr', 'rgb'] as const)('of Caffe sees what it saw there, its first kernels in the order of %s', (order) => {
    const caffe = file(kind, CAFFE).numbers
    const [found] = networks[kind].recognise(file(kind, CAFFE, order).place)
    expect(found!.title).toMatch(new RegExp(`^${title} \\(Caffe\\), `, 'u'))
    const store = memoryStore(
      Object.fromEntries([...found!.tensors].map(([key, { shape, read }]) => [key, { shape, data: read() }])),
    )
    const picture = constant(formulaImage('caffe', 3, 8, 8), [1, 3, 8, 8])
    const ours = vggFeatures(kind, new Weights(store, kind), imagenetNormalized(picture), ['relu1_1', 'relu1_2'])
    let theirs = sub(mul(flip(picture, [1]), 255), constant([103.939, 116.779, 123.68], [1, 3, 1, 1]))
    const expected = ['features.0', 'features.2'].map((key) => {
      const { shape, data } = caffe.get(`${key}.weight`)!
      const bias = constant(caffe.get(`${key}.bias`)!.data, [WIDTH])
      theirs = relu(conv2d(theirs, constant(data, shape), { bias, padding: 1 }))
      return mul(theirs, 1 / CAFFE_UNITS)
    })
    const values = evaluate([...ours, ...expected])
    for (const n of [0, 1]) {
      const most = Math.max(...values[n]!)
      expect(most).toBeGreaterThan(0.1)
      // Beyond the edge zeros stand for other colours.
      const inside = [...values[n]!].flatMap((v, i) =>
        [i % 8, Math.floor(i / 8) % 8].every((at) => at > n && at < 7 - n) ? [Math.abs(v - values[n + 2]![i]!)] : [],
      )
      expect(Math.max(...inside)).toBeLessThan(1e-5 * most)
    }
  })
})

it('a VGG19 in the names of VGG-Face is none', () => {
  const { tensors } = file('vggface', CAFFE).place
  const more = new Map([...tensors, ['conv3_4.weight', tensors.get('conv3_3.weight')!]])
  const place = { at: 'root', tensors: more, root: undefined, inside: () => [] }
  expect(() => vggFaceNetwork.recognise(place)).toThrow(/a VGG19 in the names of VGG-Face/u)
})
