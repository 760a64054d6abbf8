/** The noise regulariser by its definition, map by map, against the one that looks at maps of one side together. */
import { expect, it } from 'vitest'
import { evaluate } from '../../src/engine/reference.ts'
import { add, mul, square } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { roll } from '../../src/graph/layout.ts'
import { avgPool } from '../../src/graph/pool.ts'
import { mean } from '../../src/graph/reduce.ts'
import { input, type Tensor } from '../../src/graph/tensor.ts'
import { noiseCorrelation } from '../../src/losses/noise-correlation.ts'
import { expectClose } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

/** Karras et al. 2020, appendix D, as it is written there. */
function byDefinition(noise: readonly Tensor[], minSize: number): Tensor {
  const terms: Tensor[] = []
  for (const map of noise) {
    for (let n = map; ; n = avgPool(n, 2)) {
      terms.push(square(mean(mul(n, roll(n, 1, 3)))), square(mean(mul(n, roll(n, 1, 2)))))
      if (n.shape[2]! <= minSize) break
    }
  }
  return terms.reduce(add)
}

it.each([
  ['StyleGAN2’s sides', [4, 8, 8, 16, 16, 32, 32], 8],
  ['halved to the last pixel', [1, 2, 4, 16, 16], 1],
  ['sides that are no powers of two', [5, 9, 10, 18, 20], 3],
  ['nothing halved', [8, 4], 100],
])('%s', (_, sides, minSize) => {
  const maps = sides.map((side, i) => input(`map/${i}`, [1, 1, side, side]))
  const feeds = Object.fromEntries(sides.map((side, i) => [`map/${i}`, formulaValues(`map/${i}`, side * side)]))
  const [loss, expected] = [noiseCorrelation(maps, minSize), byDefinition(maps, minSize)]
  const got = evaluate([loss, ...gradients(loss, maps)], feeds)
  evaluate([expected, ...gradients(expected, maps)], feeds).forEach((values, i) => {
    expectClose(got[i]!, values, 1e-12, i === 0 ? 'value' : `slope of map ${i - 1}`)
  })
  expect(got[0]![0]).toBeGreaterThan(0)
})
