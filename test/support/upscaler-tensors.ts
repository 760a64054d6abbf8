// Networks that enlarge as files have them, of numbers from the formula: names and shapes of each layout.

import type { TensorSource } from '../../src/checkpoint/value.ts'
import { formulaValues } from './formula.ts'

export type NamedShapes = ReadonlyMap<string, readonly number[]>

const conv = (name: string, o: number, i: number, k = 3): [string, number[]][] => [
  [`${name}.weight`, [o, i, k, k]],
  [`${name}.bias`, [o]],
]

/** An RRDBNet in the names of the ESRGAN repository. */
export function esrganShapes(blocks: number, { width = 64, growth = 32, inputs = 3, ups = 2 } = {}): NamedShapes {
  const inner = Array.from({ length: blocks }, (_, i) =>
    [1, 2, 3].flatMap((j) =>
      [1, 2, 3, 4, 5].flatMap((k) =>
        conv(`RRDB_trunk.${i}.RDB${j}.conv${k}`, k === 5 ? width : growth, width + (k - 1) * growth),
      ),
    ),
  ).flat()
  return new Map([
    ...conv('conv_first', width, inputs),
    ...inner,
    ...conv('trunk_conv', width, width),
    ...Array.from({ length: ups }, (_, i) => conv(`upconv${i + 1}`, width, width)).flat(),
    ...conv('HRconv', width, width),
    ...conv('conv_last', 3, width),
  ])
}

/** An SRVGGNetCompact. */
export function srvggShapes(convs: number, { width = 64, scale = 4 } = {}): NamedShapes {
  const inner = Array.from({ length: convs }, (_, i): [string, number[]][] => [
    ...conv(`body.${2 * i + 2}`, width, width),
    [`body.${2 * i + 3}.weight`, [width]],
  ]).flat()
  return new Map([
    ...conv('body.0', width, 3),
    ['body.1.weight', [width]],
    ...inner,
    ...conv(`body.${2 * convs + 2}`, 3 * scale ** 2, width),
  ])
}

/** Numbers for them by the rule "he". @param named the key in the formula, where the file's differs */
export function formulaTensors(
  prefix: string,
  shapes: NamedShapes,
  salt = '',
  named: (key: string) => string = (key) => key,
): Map<string, TensorSource> {
  return new Map(
    [...shapes].map(([key, shape]) => {
      const count = shape.reduce((a, b) => a * b, 1)
      const isSlope = shape.length === 1 && key.endsWith('.weight')
      const [std, mean] = isSlope
        ? [0.02, 0.25]
        : shape.length === 1
          ? [0.05, 0]
          : [Math.sqrt(2 / (count / shape[0]!)), 0]
      const read = () => formulaValues(`${prefix}/${named(key)}`, count, std, mean, salt)
      return [key, { dtype: 'F32', shape, read }]
    }),
  )
}
