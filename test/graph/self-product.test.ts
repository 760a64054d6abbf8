import { expect, it } from 'vitest'
import { evaluate } from '../../src/engine/reference.ts'
import { mul } from '../../src/graph/elementwise.ts'
import { selfProduct } from '../../src/graph/self-product.ts'
import { constant } from '../../src/graph/tensor.ts'
import { checkOp } from '../support/check.ts'

const weights = constant([0.5, 0.1, 0.4, 2], [1, 4])

it('is X·diag(w)·Xᵀ, with its slopes, also under a cotangent that is not symmetric', async () => {
  const uneven = constant([1, 2, -3, 0.5, 1, 4, 2, -1, 0.3], [3, 3])
  await checkOp((x) => mul(selfProduct(x), uneven), [[3, 4]])
  await checkOp((x) => mul(selfProduct(x, weights), uneven), [[3, 4]])
  const x = constant([1, 2, 3, 4], [1, 4])
  expect(evaluate([selfProduct(x, weights)])[0]![0]).toBeCloseTo(0.5 + 0.4 + 3.6 + 32, 9)
})
