// The partial non-local block: every position takes a weighted mean of what is undamaged elsewhere, weights by likeness, and
// the damaged ones are replaced by it. A query needs all keys and no other query, so blocks of queries give the same with
// memory for block × positions instead of positions².

import { add, div, maximum, mul, sub } from '../graph/elementwise.ts'
import { concat, reshape, sliceAxis, transpose } from '../graph/layout.ts'
import { matmul } from '../graph/matmul.ts'
import { softmax, sum } from '../graph/reduce.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Expected, layer } from '../networks/template.ts'
import { convolution, resnetBlock, resnetTemplate, sequence } from './blocks.ts'

/** What a block of queries needs; N positions, C channels. */
export interface AttentionInputs {
  /** [N, C] */
  queries: Tensor
  /** [C, N] */
  keys: Tensor
  /** [N, C] */
  values: Tensor
}

/** @param x [1, C, h, w] */
export function attentionInputs(weights: Weights, x: Tensor): AttentionInputs {
  const flat = (name: string): Tensor => {
    const y = convolution(weights.at(name), x)
    return reshape(y, [y.shape[1]!, y.shape[2]! * y.shape[3]!])
  }
  return { queries: transpose(flat('theta'), [1, 0]), keys: flat('phi'), values: transpose(flat('g'), [1, 0]) }
}

/**
 * What some queries find: softmax over all positions, of which those where `seen` is 0 are struck out and the rest brought to
 * the sum 1, as in the official code; zeros where nothing is seen, and next to zeros where all that is seen is 1e12 times less
 * alike than what is hidden.
 * @param queries [B, C]; @param seen [1, N], 0 or 1; @returns [B, C]
 */
export function attend(queries: Tensor, keys: Tensor, values: Tensor, seen: Tensor): Tensor {
  const shares = mul(softmax(matmul(queries, keys)), seen)
  return div(matmul(shares, values), maximum(sum(shares, [1], true), 1e-12))
}

/** All queries in the graph, `block` at a time. */
export function attendInBlocks({ queries, keys, values }: AttentionInputs, seen: Tensor, block: number): Tensor {
  const count = queries.shape[0]!
  const parts: Tensor[] = []
  for (let start = 0; start < count; start += block)
    parts.push(attend(sliceAxis(queries, 0, start, Math.min(start + block, count)), keys, values, seen))
  return concat(parts, 0)
}

/**
 * Undamaged positions keep x, damaged ones get what was found, refined.
 * @param found [N, C]; @param seen [1, N]
 */
export function fillIn(weights: Weights, x: Tensor, found: Tensor, seen: Tensor): Tensor {
  const [, , h, w] = x.shape as [number, number, number, number]
  const asPicture = reshape(transpose(found, [1, 0]), [1, found.shape[1]!, h, w])
  const refined = sequence(weights, 'res_block').reduce(
    (y, { place }) => resnetBlock(weights.at(`res_block.${place}`), y),
    convolution(weights.at('W'), asPicture),
  )
  const keep = reshape(seen, [1, 1, h, w])
  return add(mul(keep, x), mul(sub(1, keep), refined))
}

export function seenTensor(keys: Float32Array): Tensor {
  return constant(keys, [1, keys.length])
}

export function attentionTemplate(names: { keys(): Iterable<string> }, name: string, width: string): Expected[] {
  return [
    ...layer(`${name}.g`, ['inner', width, 1, 1]),
    ...layer(`${name}.W`, [width, 'inner', 1, 1]),
    ...layer(`${name}.theta`, ['inner', width, 1, 1]),
    ...layer(`${name}.phi`, ['inner', width, 1, 1]),
    ...sequence(names, `${name}.res_block`).flatMap(({ place }) =>
      resnetTemplate(names, `${name}.res_block.${place}`, width),
    ),
  ]
}
