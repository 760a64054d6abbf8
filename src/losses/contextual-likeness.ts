// How much of x is found again in y, the core of the contextual loss (Mechrez et al. 2018, equations 2 to 4), with its
// gradient by hand. With unit columns U = (points − centre)/|points − centre| and cosines S = Uxᵀ·Uy,
//
//   a_i = 1/(h(1 − max_j S_ij + 1e-5)),   P_i· = softmax_j(a_i S_ij),   M_j = max_i P_ij,   likeness = mean_j M_j.
//
// (The paper's w/Σw with w = exp((1 − d̃)/h), d̃ = (1 − S)/(min d + 1e-5): what is the same for every j drops out.)
// The matrices have 4096² elements, and differentiating op by op passes some eighteen times over each. But each maximum
// is one element of its row or column. With i*(j) and j*(i) where they are, g the cotangent of one M_j, r_i = Σ g·M_j over
// the j with i*(j) = i, and Z = a·S,
//
//   dZ_ij = P_ij(g[i = i*(j)] − r_i),     dS_ij = a_i dZ_ij + [j = j*(i)] h a_i e_i,     e_i = Σ_j dZ_ij Z_ij,
//
// which is one dense matrix, −r·a·P, and two that have one element per column or row: a product, a gather and a scatter.

import { columnMaxima, rowMaxima } from '../graph/argmax.ts'
import { customGradient } from '../graph/custom-gradient.ts'
import { add, div, maximum, mul, neg, sqrt, square, sub } from '../graph/elementwise.ts'
import { gather, gatherElements, scatterAdd } from '../graph/gather.ts'
import { concat, reshape, sliceAxis } from '../graph/layout.ts'
import { matmul, swap } from '../graph/matmul.ts'
import { mean, softmax, sum } from '../graph/reduce.ts'
import type { Tensor } from '../graph/tensor.ts'

/**
 * Points so much (in a·S) below the most alike count as being there. Their P, below e⁻⁶⁰, is nothing beside 1, but further down
 * numbers lose their leading bit (denormals, below 1e-38), and processors multiply those fifty times as slowly.
 */
const FARTHEST = 60

/**
 * @param x points that should be found, as columns [C, N]
 * @param y points among which they should be [C, M]
 * @param centre what both are seen from [C, 1]
 * @param bandwidth h
 * @returns a single number, 1/M … 1
 */
export function contextualLikeness(x: Tensor, y: Tensor, centre: Tensor, bandwidth: number): Tensor {
  const [c, n] = x.shape as [number, number]
  const m = y.shape[1]!
  const { unit: unitX, inverse: inverseX } = unitColumns(sub(x, centre))
  const { unit: unitY } = unitColumns(sub(y, centre))
  const cosine = matmul(swap(unitX), unitY)
  const nearest = rowMaxima(cosine)
  const sharpness = div(1, mul(add(sub(1, nearest.value), 1e-5), bandwidth))
  const scaled = mul(cosine, reshape(sharpness, [n, 1]))
  const highest = reshape(mul(sharpness, nearest.value), [n, 1])
  const likeness = softmax(maximum(scaled, sub(highest, FARTHEST)))
  const best = columnMaxima(likeness)

  // The centre moves every point of x. Its share needs Σ_i dUx_i/|x_i| alone, which costs one more row in the product of
  // the result's gradient; the gradient of x itself, a product of its own, is only computed where x is learned.
  return customGradient(mean(best.value), [x, unitY, centre], (dy) => {
    const atBest = (row: Tensor): Tensor => gather(row, best.index, 0)
    const toBest = (row: Tensor): Tensor => scatterAdd(row, best.index, 0, [n])
    const row = (t: Tensor): Tensor => reshape(t, [1, -1])
    const share = mul(best.value, div(dy, m))
    const taken = toBest(share)
    const expected = sum(mul(likeness, scaled), [1])
    const here = reshape(gatherElements(scaled, row(best.index), 0), [m])
    // e, with the subtraction inside the sum: its parts are nearly equal.
    const sharpening = toBest(mul(share, sub(here, atBest(expected))))

    const dense = row(neg(mul(taken, sharpness)))
    const atMaxima = row(mul(share, atBest(sharpness)))
    const atNearest = row(mul(mul(sharpening, sharpness), bandwidth))
    const timesSlope = (rows: Tensor): Tensor =>
      add(
        add(matmul(mul(rows, dense), likeness), mul(gather(rows, best.index, 1), atMaxima)),
        scatterAdd(mul(rows, atNearest), nearest.index, 1, [rows.shape[0]!, m]),
      )
    const timesSlopeTransposed = (rows: Tensor): Tensor =>
      add(
        add(
          mul(matmul(rows, swap(likeness)), dense),
          scatterAdd(mul(rows, atMaxima), best.index, 1, [rows.shape[0]!, n]),
        ),
        mul(gather(rows, nearest.index, 1), atNearest),
      )

    const slope = timesSlope(concat([unitX, inverseX], 0))
    const slopeY = sliceAxis(slope, 0, 0, c)
    // Ux_i·dUx_i = Σ_j S_ij dS_ij, what normalising takes away.
    const radial = mul(row(mul(sharpening, add(mul(mul(sharpness, nearest.value), bandwidth), 1))), inverseX)
    const slopeX = sub(mul(timesSlopeTransposed(unitY), inverseX), mul(unitX, radial))
    const slopeCentre = sub(matmul(unitX, swap(radial)), matmul(unitY, swap(sliceAxis(slope, 0, c, c + 1))))
    return [slopeX, slopeY, slopeCentre]
  })
}

/** Columns of length 1, and what they were multiplied by [1, N]. */
function unitColumns(t: Tensor): { unit: Tensor; inverse: Tensor } {
  const length = maximum(sqrt(add(sum(square(t), [0], true), 1e-24)), 1e-12)
  return { unit: div(t, length), inverse: div(1, length) }
}
