// A transformer of styles and its predictor in our names, tiny, of numbers from the formula.

import { filledWith, type Shapes } from './painter-tensors.ts'

const plain = (name: string, to: number, from: number, k: number): Shapes => [
  [`${name}.weight`, [to, from, k, k]],
  [`${name}.bias`, [to]],
]

/** @param numbers of a style */
export function transformerShapes(numbers: number, width: number, blocks: number): Shapes {
  const [two, four] = [2 * width, 4 * width]
  const styled = (name: string, to: number, from: number, k: number): Shapes => [
    [`${name}.weight`, [to, from, k, k]],
    ...['gamma', 'beta'].flatMap(
      (part): Shapes => [
        [`${name}.${part}.weight`, [to, numbers]],
        [`${name}.${part}.bias`, [to]],
      ],
    ),
  ]
  return [
    ...plain('contract.0', width, 3, 9),
    ...plain('contract.1', two, width, 3),
    ...plain('contract.2', four, two, 3),
    ...Array.from({ length: blocks }, (_, i) => [0, 1].map((j) => styled(`residual.${i}.${j}`, four, four, 3))).flat(2),
    ...styled('expand.0', two, four, 3),
    ...styled('expand.1', width, two, 3),
    ...styled('expand.2', 3, width, 9),
  ]
}

/** A stem, three blocks (the first not widened, the second halving) and a head. */
export function predictorShapes(numbers: number): Shapes {
  const depthwise = (at: string, wide: number, out: number): Shapes => [
    [`${at}.depthwise.weight`, [wide, 1, 3, 3]],
    [`${at}.depthwise.bias`, [wide]],
    ...plain(`${at}.project`, out, wide, 1),
  ]
  return [
    ...plain('stem', 4, 3, 3),
    ...depthwise('blocks.0', 4, 4),
    ...plain('blocks.1.expand', 8, 4, 1),
    ...depthwise('blocks.1', 8, 6),
    ...plain('blocks.2.expand', 8, 6, 1),
    ...depthwise('blocks.2', 8, 6),
    ...plain('head', 12, 6, 1),
    ['out.weight', [numbers, 12]],
    ['out.bias', [numbers]],
  ]
}

export const transformerTensors = (numbers = 5) => filledWith('transformer', transformerShapes(numbers, 4, 1))
export const predictorTensors = (numbers = 5) => filledWith('predictor', predictorShapes(numbers))
