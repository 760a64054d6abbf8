// Networks that paint as files have them, of numbers from the formula: names and shapes of each layout.

import type { TensorSource } from '../../src/checkpoint/value.ts'
import { formulaValues } from './formula.ts'
import { heRule } from './formula-weights.ts'

export type Shapes = readonly (readonly [key: string, shape: readonly number[]])[]

const layer = (name: string, shape: readonly number[], bias?: number): Shapes => [
  [`${name}.weight`, shape],
  ...(bias === undefined ? [] : ([[`${name}.bias`, [bias]]] as const)),
]
const norm = (name: string, width: number): Shapes =>
  ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [width]] as const)

/** CycleGAN's generator. @param stale with running statistics of its instance norms, as old files have them */
export function resnetShapes(blocks: number, width: number, stale = false): Shapes {
  const [two, four] = [2 * width, 4 * width]
  const end = 10 + blocks
  const conv = (place: string, to: number, from: number, k: number): Shapes => [
    ...layer(place, [to, from, k, k], to),
    ...(stale
      ? norm(
          place.replace(/\d+$/u, (n) => String(Number(n) + 1)),
          to,
        ).slice(2)
      : []),
  ]
  return [
    ...conv('model.1', width, 3, 7),
    ...conv('model.4', two, width, 3),
    ...conv('model.7', four, two, 3),
    ...Array.from({ length: blocks }, (_, i) =>
      [1, 5].flatMap((place) => conv(`model.${10 + i}.conv_block.${place}`, four, four, 3)),
    ).flat(),
    ...layer(`model.${end}`, [four, two, 3, 3], two),
    ...layer(`model.${end + 3}`, [two, width, 3, 3], width),
    ...layer(`model.${end + 7}`, [3, width, 7, 7], 3),
  ]
}

/** pix2pix's U-Net. */
export function unetShapes(levels: number, width: number): Shapes {
  const wide = (i: number) => (i < 0 ? 3 : width * Math.min(8, 2 ** i))
  const blockAt = (i: number): string => (i === 0 ? 'model' : i === 1 ? 'model.model.1' : `${blockAt(i - 1)}.model.3`)
  return Array.from({ length: levels }, (_, i): Shapes => {
    const [at, inner, outer] = [i === 0 ? 'model.model' : `${blockAt(i)}.model`, i === levels - 1, i === 0]
    const up = outer || inner ? 3 : 5
    return [
      ...layer(`${at}.${outer ? 0 : 1}`, [wide(i), wide(i - 1), 4, 4]),
      ...(outer || inner ? [] : norm(`${at}.2`, wide(i))),
      ...layer(`${at}.${up}`, [inner ? wide(i) : 2 * wide(i), wide(i - 1), 4, 4], outer ? 3 : undefined),
      ...(outer ? [] : norm(`${at}.${up + 1}`, wide(i - 1))),
    ]
  }).flat()
}

/** Numbers for them by the rule "he". */
export function filledWith(prefix: string, shapes: Shapes, salt = ''): Map<string, TensorSource> {
  return new Map(
    shapes.map(([key, shape]) => {
      const { std, mean } = heRule(key, shape)
      const count = shape.reduce((a, b) => a * b, 1)
      return [key, { dtype: 'F32', shape, read: () => formulaValues(`${prefix}/${key}`, count, std, mean, salt) }]
    }),
  )
}
