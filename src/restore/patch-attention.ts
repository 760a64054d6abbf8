// Patch attention of the high-resolution mapping: every patch that is mostly damaged is replaced by the undamaged patch most
// like it (cosine of the features), at three patch sizes one after the other.

import { rowMaxima } from '../graph/argmax.ts'
import { add, div, maximum, sqrt, square, toInt } from '../graph/elementwise.ts'
import { gather, scatterAdd } from '../graph/gather.ts'
import { concat, reshape, sliceAxis, transpose } from '../graph/layout.ts'
import { matmul } from '../graph/matmul.ts'
import { sum } from '../graph/reduce.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Expected, layer } from '../networks/template.ts'
import { convolution, resnetBlock, resnetTemplate, sequence } from './blocks.ts'
import type { LatentMask } from './latent-mask.ts'

/** A patch is damaged when more of it than this is. */
const DAMAGED = 0.6
/** Numbers of a block of likenesses. */
const BLOCK = 2 ** 24

/** The numbers of the patches that are damaged, and of the others, row by row. */
export function patchesOf({ width, height, touched }: LatentMask, patch: number): { holes: number[]; whole: number[] } {
  const holes: number[] = []
  const whole: number[] = []
  const [columns, rows] = [width / patch, height / patch]
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let count = 0
      for (let y = 0; y < patch; y++)
        for (let x = 0; x < patch; x++) count += touched[(row * patch + y) * width + column * patch + x]!
      const damaged = Math.fround(count / patch ** 2) > Math.fround(DAMAGED)
      ;(damaged ? holes : whole).push(row * columns + column)
    }
  return { holes, whole }
}

/** @param z [1, C, h, w], sides multiples of `patch`; @returns [1, C, h, w] */
export function patchAttention(weights: Weights, z: Tensor, mask: LatentMask, patch: number): Tensor {
  const [, , h, w] = z.shape as [number, number, number, number]
  const x = sequence(weights, 'res_block').reduce((y, { place }) => resnetBlock(weights.at(`res_block.${place}`), y), z)
  const touched = constant(mask.touched, [1, 1, h, w])
  return convolution(weights.at('F_Combine'), concat([z, composed(x, mask, patch), touched], 1), 1)
}

/** x with its damaged patches replaced; x itself where no patch is damaged, or none is whole. */
function composed(x: Tensor, mask: LatentMask, patch: number): Tensor {
  const { holes, whole } = patchesOf(mask, patch)
  if (holes.length === 0 || whole.length === 0) return x
  const [, c, h, w] = x.shape as [number, number, number, number]
  const [rows, columns, length] = [h / patch, w / patch, c * patch ** 2]
  const split = transpose(reshape(x, [c, rows, patch, columns, patch]), [1, 3, 0, 2, 4])
  const patches = reshape(split, [rows * columns, length])
  const keys = unit(gather(patches, indices(padded(whole)), 0))
  const block = Math.max(1, Math.floor(BLOCK / keys.shape[0]!))
  const queries = gather(patches, indices(holes), 0)
  const best: Tensor[] = []
  for (let start = 0; start < holes.length; start += block) {
    const some = sliceAxis(queries, 0, start, Math.min(start + block, holes.length))
    best.push(rowMaxima(matmul(some, transpose(keys, [1, 0]))).index)
  }
  const found = gather(constant(padded(whole), [padded(whole).length]), concat(best, 0), 0)
  const own = Array.from({ length: rows * columns }, (_, i) => i)
  for (const hole of holes) own[hole] = 0
  const from = add(constant(own, [own.length]), scatterAdd(found, indices(holes), 0, [own.length]))
  const filled = reshape(gather(patches, toInt(from), 0), [rows, columns, c, patch, patch])
  return reshape(transpose(filled, [2, 0, 3, 1, 4]), [1, c, h, w])
}

/** Rows of length 1. */
function unit(x: Tensor): Tensor {
  return div(x, maximum(sqrt(sum(square(x), [1], true)), 1e-12))
}

const indices = (list: readonly number[]): Tensor => toInt(constant([...list], [list.length]))

/** To a multiple of 64, the last one again: of equal ones the first is taken, and maxima are found faster. */
function padded(list: readonly number[]): number[] {
  const missing = list.length > 64 ? (64 - (list.length % 64)) % 64 : 0
  return [...list, ...Array.from({ length: missing }, () => list.at(-1)!)]
}

export function patchAttentionTemplate(names: { keys(): Iterable<string> }, name: string, width: string): Expected[] {
  return [
    ...layer(`${name}.F_Combine`, [width, 'inside twice and the mask', 3, 3]),
    ...sequence(names, `${name}.res_block`).flatMap(({ place }) =>
      resnetTemplate(names, `${name}.res_block.${place}`, width),
    ),
  ]
}
