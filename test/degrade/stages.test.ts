// Every stage on a small picture: value and gradient, of the picture and of every parameter, against the float64
// executor and central differences.

import { describe, expect, it } from 'vitest'
import { degradationStages } from '../../src/degrade/degrade.ts'
import { ontoSimplex } from '../../src/degrade/spectral.ts'
import { projected, type StageContext, type StageFiles } from '../../src/degrade/stage.ts'
import * as stageKinds from '../../src/degrade/stages.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { createBitmap } from '../../src/images/bitmap.ts'
import { checkOp } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

const SIZE = 10
/** The float64 executor is slow with 32 kernels. */
const BRUSH_SIZE = 6

/** Fixed numbers where a run has the old picture and a draw. */
const context: StageContext = {
  size: SIZE,
  target: { height: SIZE, width: SIZE },
  old: ({ height, width }) =>
    constant(
      formulaValues('old', 3 * height * width).map((x) => 0.3 * x),
      [1, 3, height, width],
    ),
  normal: (name, shape) =>
    constant(
      formulaValues(
        name,
        shape.reduce((a, b) => a * b),
      ),
      shape,
    ),
}
const files: StageFiles = new Map([['mask', createBitmap(SIZE, SIZE, 1, maskPixels())]])

function maskPixels(): Uint8Array {
  return Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (i % SIZE < 3 ? 255 : 0))
}

type Config = Parameters<typeof degradationStages>[0]

/** A stage's `apply` as a function of the picture and its parameters, and the shapes and starts of these. */
function asFunction(config: Config, channels = 3, size = SIZE) {
  const [stage] = degradationStages(config, files)
  const { parameters } = stage!
  const apply = (x: Tensor, ...own: Tensor[]) =>
    stage!.apply(x, Object.fromEntries(parameters.map(({ name }, i) => [name, own[i]!])), context)
  const shapes = [[1, channels, size, size], ...parameters.map(({ shape }) => shape)]
  // Near the start, but not at it: starts are special.
  const prepare = (x: number, operand: number) =>
    operand === 0 ? 0.4 * Math.tanh(x) : parameters[operand - 1]!.start[0]! * (1 + 0.02 * x) + 0.002
  return { stage: stage!, apply, shapes, prepare }
}

const cases: [string, Config, number?][] = [
  ['blur, learned', { blur: { learn: true, radius: 0.8 } }],
  ['blur, learned, a true Gaussian', { blur: { learn: true, radius: 1.1, kernel: 'gaussian' } }],
  ['spectral, learned', { spectral: { learn: true, sensitivity: 'g' } }],
  ['response per channel', { response: { perChannel: true } }],
  ['response per channel of a gray picture', { response: { perChannel: true } }, 1],
  ['pigment', { pigment: { knots: 3 } }],
  [
    'brushstroke',
    {
      brushstroke: {
        guide: 'painting',
        scale: 120,
        bounds: { scale: [50, 130], elongation: [1, 3], strength: [0, 1] },
      },
    },
  ],
  ['fading to a gray', { fading: {} }, 1],
  ['fading to a tint', { fading: { tint: [0.8, 0.7, 0.5] } }],
  ['vignette', { vignette: {} }],
  ['halation of a gray picture', { halation: {} }, 1],
  ['halation in colour', { halation: {} }],
  ['grain', { grain: { learn: false } }, 1],
  ['grain that is coarse', { grain: { coarseness: 100, learn: false } }],
  ['mask', { mask: { file: 'mask' } }],
]

describe('every stage, forward and gradient', () => {
  it.each(cases)('%s', async (_, config, channels) => {
    const { apply, shapes, prepare } = asFunction(config, channels, 'brushstroke' in config ? BRUSH_SIZE : SIZE)
    await checkOp(apply, shapes, { prepare })
  })

  it('is in the list above', () => {
    const tested = new Set(cases.flatMap(([, config]) => Object.keys(config)))
    const golden = ['downsample']
    expect([...tested, ...golden].sort()).toEqual(Object.keys(stageKinds).sort())
  })
})

describe('the likelihood of grain', () => {
  it('has the right gradient, and none for the picture', async () => {
    const { stage } = asFunction({ grain: {} }, 1)
    const picture = constant(
      formulaValues('x', SIZE * SIZE).map((x) => 0.2 * x),
      [1, 1, SIZE, SIZE],
    )
    await checkOp((level) => stage.likelihood!(picture, { level }, context), [[1]], { prepare: () => 0.1 })
  })
})

describe('strokes along the result', () => {
  it('are those along a picture of the same orientation: nothing flows through the orientation', async () => {
    const { stage } = asFunction({
      brushstroke: { guide: 'result', scale: 120, bounds: { scale: [50, 130], elongation: [1, 3], strength: [0, 1] } },
    })
    const values = formulaValues('x', 3 * SIZE * SIZE).map((x) => 0.3 * x)
    const x = input('x', [1, 3, SIZE, SIZE])
    const own = { scale: constant([120], [1]), elongation: constant([2], [1]), strength: constant([0.7], [1]) }
    const same = { ...context, old: () => constant(values, [1, 3, SIZE, SIZE]) }
    const other = asFunction({
      brushstroke: {
        guide: 'painting',
        scale: 120,
        bounds: { scale: [50, 130], elongation: [1, 3], strength: [0, 1] },
      },
    })
    const [a, b] = evaluate([stage.apply(x, own, context), other.stage.apply(x, own, same)], { x: [...values] })
    expect(a).toEqual(b)
  })
})

describe('strokes in a picture whose side is no multiple of what they are painted at', () => {
  it('stay where they are: a ramp is a ramp', async () => {
    const [height, width] = [60, 800]
    const ramp = Float32Array.from({ length: height * width }, (_, i) => (2 * (i % width)) / width - 1)
    const { stage } = asFunction({ brushstroke: { guide: 'result' } })
    const own = { scale: constant([10], [1]), elongation: constant([2.5], [1]), strength: constant([1], [1]) }
    const painted = stage.apply(input('x', [1, 1, height, width]), own, { ...context, size: 1024 })
    const { y } = await runOnce({ y: painted }, { x: ramp })
    const pixel = 2 / width
    for (const column of [100, 400, 700])
      expect(Math.abs(y![30 * width + column]! - ramp[30 * width + column]!)).toBeLessThan(pixel / 10)
  })
})

describe('limits', () => {
  const at = (values: readonly number[], parameter: Parameters<typeof projected>[1]) =>
    Array.from(evaluate([projected(constant(values, [values.length]), parameter)])[0]!)

  it('hold single numbers, and each number of several', () => {
    const base = { name: 'p', start: [0, 0], shape: [2], learn: true }
    expect(at([-3, 0.5], { ...base, bounds: { low: -1, high: 1 } })).toEqual([-1, 0.5])
    expect(at([-3, 3], { ...base, bounds: { low: [-2, 0], high: [0, 2] } })).toEqual([-2, 2])
    expect(at([-3, 3], base)).toEqual([-3, 3])
  })

  it.each([
    [
      [0.299, 0.587, 0.114],
      [0.299, 0.587, 0.114],
    ],
    [
      [0, 0, 1.2],
      [0, 0, 1],
    ],
    [
      [-0.5, 0.5, 0.6],
      [0, 0.45, 0.55],
    ],
    [
      [-1, -1, 3],
      [0, 0, 1],
    ],
    [
      [0.4, 0.4, 0.4],
      [1 / 3, 1 / 3, 1 / 3],
    ],
    [
      [0.9, -0.3, 0.5],
      [0.7, 0, 0.3],
    ],
  ])('of the simplex: %j → %j', (from, to) => {
    const [got] = evaluate([ontoSimplex(constant(from, [3]))])
    got!.forEach((w, i) => {
      expect(w).toBeCloseTo(to[i]!, 9)
    })
  })
})
