// What style transfer asks of the VGG networks beyond what they were trained with: pools, edges, layers before ReLUs.

import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/checkpoint/store.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { type VggKind, type VggLayer, type VggOptions, vggConvolutions, vggFeatures } from '../../src/features/vgg.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { checkOp } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

/** Two channels wide, with kernels of the formula or (`centre`) kernels that copy channel by channel. */
function narrow(kind: VggKind, centre = false): Weights {
  const tensors = vggConvolutions(kind).flatMap(({ key }, i) => {
    const shape = [2, i === 0 ? 3 : 2, 3, 3]
    const count = shape.reduce((a, b) => a * b, 1)
    const identity = Float32Array.from({ length: count }, (_, j) => {
      const [o, c, place] = [Math.floor(j / (9 * shape[1]!)), Math.floor(j / 9) % shape[1]!, j % 9]
      return o === c && place === 4 ? 1 : 0
    })
    const data = centre ? identity : formulaValues(key, count, 0.5)
    return [
      [`${key}.weight`, { shape, data }],
      [`${key}.bias`, { shape: [2], data: new Float32Array(2).fill(centre ? 0 : 0.1) }],
    ] as const
  })
  return new Weights(memoryStore(Object.fromEntries(tensors)), kind)
}

const feature = (x: Tensor, layer: VggLayer, options: VggOptions = {}, weights = narrow('vgg19')): Tensor =>
  vggFeatures('vgg19', weights, x, [layer], options)[0]!

test('the convolutions have the names that torchvision and VGG-Face give them', () => {
  const keys = (kind: VggKind) => vggConvolutions(kind).map(({ key }) => key.replace('features.', ''))
  expect(keys('vgg16')).toEqual('0 2 5 7 10 12 14 17 19 21 24 26 28'.split(' '))
  expect(keys('vgg19')).toEqual('0 2 5 7 10 12 14 16 19 21 23 25 28 30 32 34'.split(' '))
  expect(keys('vggface').slice(-2)).toEqual(['conv5_2', 'conv5_3'])
})

describe('pools', () => {
  const cell = constant([3, 1, -2, 2, ...new Array<number>(8).fill(0)], [1, 3, 2, 2])
  // Copied through blocks 1 and, pooled, 2: ReLU leaves 3, 1, 0, 2.
  const value = (options: VggOptions) => evaluate([feature(cell, 'relu2_1', options, narrow('vgg19', true))])[0]![0]

  test('maxima, means, roots of sums of squares, times a factor', () => {
    expect(value({})).toBe(3)
    expect(value({ pooling: 'average' })).toBeCloseTo(1.5, 12)
    expect(value({ pooling: 'l2' })).toBeCloseTo(Math.sqrt(14), 9)
    expect(value({ pooling: 'average', poolFactor: 2 })).toBeCloseTo(3, 12)
  })

  test.each(['max', 'average', 'l2'] as const)('%s: gradient, also where whole cells are zero', async (pooling) => {
    await checkOp((x) => feature(x, 'conv2_1', { pooling, poolFactor: 1.3 }), [[1, 3, 4, 4]])
    const dark = (x: Tensor) => feature(x, 'relu2_1', { pooling }, narrow('vgg19', true))
    await checkOp(dark, [[1, 3, 4, 4]], { prepare: (v) => -1 - Math.abs(v) })
  })
})

describe('edges', () => {
  test.each([
    ['zero', [0, 0, 0, 0, 5, 7, 0, 13, 17]],
    ['replicate', [5, 5, 7, 5, 5, 7, 13, 13, 17]],
    ['reflect', [17, 13, 17, 7, 5, 7, 17, 13, 17]],
  ] as const)('%s', (edge, expected) => {
    // A kernel that takes the pixel above and to the left.
    const data = new Float32Array(54)
    data[0] = 1
    const store = memoryStore({
      'features.0.weight': { shape: [2, 3, 3, 3], data },
      'features.0.bias': { shape: [2], data: new Float32Array(2) },
    })
    const x = constant([5, 7, 11, 13, 17, 19, 23, 29, 31, ...new Array<number>(18).fill(0)], [1, 3, 3, 3])
    const [y] = evaluate([feature(x, 'conv1_1', { edge }, new Weights(store, 'vgg19'))])
    expect([...y!.slice(0, 9)]).toEqual(expected)
  })

  test.each(['replicate', 'reflect'] as const)('%s: gradient', async (edge) => {
    await checkOp((x) => feature(x, 'conv1_1', { edge }), [[1, 3, 3, 4]])
  })
})

test('"conv" is before the ReLU, "relu" behind it, and nothing is built behind the last that is asked for', () => {
  const x = input('x', [1, 3, 8, 8])
  const [before, after] = vggFeatures('vgg19', narrow('vgg19'), x, ['conv2_1', 'relu2_1'])
  expect([before!.op, after!.op]).toEqual(['Conv', 'Relu'])
  expect(after!.inputs).toContain(before)
  expect(feature(x, 'conv2_1').op).toBe('Conv')
})

test('a layer that is not there is refused with those that are', () => {
  const x = input('x', [1, 3, 16, 16])
  expect(() => vggFeatures('vgg16', narrow('vgg16'), x, ['relu3_4'])).toThrow(
    /vgg16 has no layer "relu3_4" \(it has conv1_1, relu1_1, /,
  )
})
