// Models in half precision: the same within the steps of 16 bits, inputs and outputs in 32.
import { expect, it } from 'vitest'
import { Executable } from '../../src/engine/executable.ts'
import { conv2d } from '../../src/graph/conv.ts'
import { add, greater, leakyRelu, mul, toFloat } from '../../src/graph/elementwise.ts'
import { pad } from '../../src/graph/layout.ts'
import { upsampleNearest } from '../../src/graph/pool.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'

it('answers within a few thousandths, and not exactly', async () => {
  const x = input('x', [1, 3, 12, 12])
  const kernel = constant(formulaValues('half', 8 * 3 * 9, 0.27), [8, 3, 3, 3], 'kernel')
  const h = leakyRelu(conv2d(pad(x, [0, 0, 1, 1], [0, 0, 1, 1], 0.5), kernel), 0.2)
  const outputs = { y: upsampleNearest(add(mul(h, toFloat(greater(h, -0.1))), 0.25), 2), through: x }
  const feeds = { x: formulaImage('half', 3, 12, 12) }
  const [single, half] = await Promise.all(
    [false, true].map(async (half) => {
      const executable = await Executable.compile({ outputs }, { half, threads: 1 })
      const result = await executable.run(feeds)
      await executable.dispose()
      return result
    }),
  )
  const errors = single!.y!.map((v, i) => Math.abs(v - half!.y![i]!))
  expect(Math.max(...errors)).toBeLessThan(4e-3)
  expect(Math.max(...errors)).toBeGreaterThan(1e-5)
  expect(half!.through!.length).toBe(3 * 144)
})
