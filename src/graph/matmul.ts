// Matrix products, batched over broadcast leading axes.

import { transpose } from './layout.ts'
import { sumTo } from './reduce.ts'
import { broadcastShapes, ShapeError, showShape } from './shape.ts'
import { node, type Tensor } from './tensor.ts'

/** Swaps the last two axes. */
export function swap(x: Tensor): Tensor {
  const rank = x.shape.length
  return transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2])
}

/** [..., m, k] · [..., k, n] → [..., m, n]. dA = dY·Bᵀ, dB = Aᵀ·dY. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const [m, k] = a.shape.slice(-2)
  const [k2, n] = b.shape.slice(-2)
  if (a.shape.length < 2 || b.shape.length < 2 || k !== k2)
    throw new ShapeError(`MatMul: ${showShape(a.shape)} and ${showShape(b.shape)} do not multiply`)
  const batch = broadcastShapes('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2))
  return node({
    op: 'MatMul',
    inputs: [a, b],
    shape: [...batch, m!, n!],
    gradient: (dy) => [sumTo(matmul(dy, swap(b)), a.shape), sumTo(matmul(swap(a), dy), b.shape)],
  })
}
