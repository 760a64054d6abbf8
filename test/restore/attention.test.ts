// Attention in blocks of queries: what the whole gives, at any block, and with damage everywhere.

import { expect, test } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { attend, attendInBlocks, seenTensor } from '../../src/restore/attention.ts'
import { latentMask } from '../../src/restore/latent-mask.ts'
import { patchesOf } from '../../src/restore/patch-attention.ts'
import { expectClose } from '../support/check.ts'
import { formulaValues } from '../support/formula.ts'

const [positions, channels] = [60, 8]
const inputs = {
  queries: input('queries', [positions, channels]),
  keys: input('keys', [channels, positions]),
  values: input('values', [positions, channels]),
}
const feeds = Object.fromEntries(
  Object.keys(inputs).map((name) => [name, formulaValues(`attention/${name}`, positions * channels, 1.5)]),
)
const some = Float32Array.from({ length: positions }, (_, i) => Number(i % 3 !== 1))

/** Softmax over what is seen alone, in plain float64. */
function expected(seen: Float32Array): Float64Array {
  const { queries: q, keys: k, values: v } = feeds as Record<'queries' | 'keys' | 'values', Float32Array>
  const out = new Float64Array(positions * channels)
  for (let i = 0; i < positions; i++) {
    const logits = Array.from({ length: positions }, (_, j) => {
      let dot = 0
      for (let c = 0; c < channels; c++) dot += q[i * channels + c]! * k[c * positions + j]!
      return dot
    })
    const shares = logits.map((l, j) => (seen[j] ? Math.exp(l - Math.max(...logits)) : 0))
    const total = shares.reduce((a, b) => a + b, 0)
    shares.forEach((share, j) => {
      for (let c = 0; c < channels; c++)
        out[i * channels + c]! += total === 0 ? 0 : (share / total) * v[j * channels + c]!
    })
  }
  return out
}

test.each([1, 7, 16, 60, 512])('%i queries at a time equal the whole', async (block) => {
  const seen = seenTensor(some)
  const whole = attend(inputs.queries, inputs.keys, inputs.values, seen)
  const out = await runOnce({ whole, blocks: attendInBlocks(inputs, seen, block) }, feeds)
  expectClose(out.blocks!, out.whole!, 1e-6, 'blocks against the whole')
  expectClose(out.blocks!, expected(some), 2e-6, 'blocks against softmax over what is seen')
  expectClose(evaluate([whole], feeds)[0]!, expected(some), 1e-9, 'the same in float64')
})

test('damage everywhere gives zeros, not NaN', async () => {
  const nothing = seenTensor(new Float32Array(positions))
  const out = await runOnce({ found: attendInBlocks(inputs, nothing, 16) }, feeds)
  expect(out.found!.every((v) => v === 0)).toBe(true)
})

test('likenesses beyond what float32 can raise e to stay finite', async () => {
  const huge = constant(formulaValues('huge', positions * channels, 1e3), [positions, channels])
  const out = await runOnce({ found: attendInBlocks({ ...inputs, queries: huge }, seenTensor(some), 16) }, feeds)
  expect(out.found!.every(Number.isFinite)).toBe(true)
})

test('the mask of the latents: bilinear shrinking touches, nearest-neighbour shrinking hides', () => {
  const data = new Uint8Array(8 * 8)
  data[1 * 8 + 2] = 1 // inside the four pixels that the first latent reads
  data[0 * 8 + 4] = 1 // the corner pixel of the second
  data[7 * 8 + 7] = 1 // read by neither
  const mask = latentMask({ width: 8, height: 8, data })
  expect([...mask.touched]).toEqual([1, 0, 0, 0])
  expect([...mask.keys]).toEqual([0, 0, 1, 1])
  expect(() => latentMask({ width: 8, height: 6, data })).toThrow('multiples of 4; this one is 8×6')
})

test('a patch is a hole when more than 0.6 of it is damaged', () => {
  const touched = new Float32Array(16)
  for (const i of [0, 1, 4, 2, 3]) touched[i] = 1 // first patch 3/4, second 2/4
  const mask = { width: 4, height: 4, touched, keys: touched.map((v) => 1 - v) }
  expect(patchesOf(mask, 2)).toEqual({ holes: [0], whole: [1, 2, 3] })
  expect(patchesOf(mask, 4)).toEqual({ holes: [], whole: [0] })
})
