// Bringing Old Photos Back to Life on formula weights, against the official code (PyTorch, float32): autoencoders, the three
// mappings with a mask that takes 38 % of the picture, the scratch detector, every stage of the face network.

import { describe, expect, test } from 'vitest'
import { add, mul, sub } from '../../src/graph/elementwise.ts'
import { constant, type Tensor } from '../../src/graph/tensor.ts'
import { seenTensor } from '../../src/restore/attention.ts'
import { type FaceStage, restoredFace } from '../../src/restore/face-generator.ts'
import { latentMask } from '../../src/restore/latent-mask.ts'
import { mappingHighResolution } from '../../src/restore/mapping-hr.ts'
import { mappingQuality } from '../../src/restore/mapping-quality.ts'
import { mappingScratch } from '../../src/restore/mapping-scratch.ts'
import { scratchLogits } from '../../src/restore/scratch-unet.ts'
import { decode, encode } from '../../src/restore/vae.ts'
import { runOnce } from '../support/device.ts'
import { formulaImage } from '../support/formula.ts'
import { full } from '../support/full.ts'
import { readGolden } from '../support/golden.ts'
import { officialShapes, restoreWeights } from '../support/restore-weights.ts'
import { expectSummary, type Summary } from '../support/summary.ts'

const gate = 1e-4
const golden = readGolden<
  Record<
    | 'enc_A'
    | 'dec_B(enc_A)'
    | 'mapping_quality'
    | 'restored_quality'
    | 'holed_enc_A'
    | 'mapping_scratch'
    | 'restored_scratch',
    Summary
  > & {
    mask_share: number
    hr: { mapping: Summary }
    detection: { logits: Summary; 'share_sigmoid>=0.4': number }
  }
>('systems/restore')
const { salt } = golden
const [h, w] = [96, 80]
const a = restoreWeights('vae', salt, 'restore/vae_a')
const b = restoreWeights('vae', salt, 'restore/vae_b')

const picture = (name: string, height: number, width: number): Tensor =>
  constant(
    formulaImage(name, 3, height, width, salt).map((v) => 2 * v - 1),
    [1, 3, height, width],
  )
const maskOf = (name: string, height: number, width: number, from: number) => ({
  ...{ width, height },
  data: formulaImage(name, 1, height, width, salt).map((v) => Number(v > Math.fround(from))),
})
const holed = (x: Tensor, mask: ReturnType<typeof maskOf>): Tensor => {
  const m = constant(mask.data, [1, 1, mask.height, mask.width])
  return add(mul(x, sub(1, m)), m)
}

test.each([
  ['vae', 44, 872_131],
  ['mapping_quality', 40, 36_135_232],
  ['mapping_scratch', 60, 51_344_704],
  ['mapping_Patch_Attention', 66, 73_904_448],
] as const)('%s has the official tensors', (name, tensors, parameters) => {
  const shapes = [...officialShapes(name).values()]
  expect(shapes).toHaveLength(tensors)
  expect(shapes.reduce((n, shape) => n + shape.reduce((p, q) => p * q, 1), 0)).toBe(parameters)
})

test('autoencoders', async () => {
  const latent = encode(a, picture('restore/input', h, w))
  const out = await runOnce({ latent, decoded: decode(b, latent) })
  expectSummary(out.latent!, golden.enc_A, 1e-5, 'latent')
  expectSummary(out.decoded!, golden['dec_B(enc_A)'], gate, 'decoded')
})

test('mapping without scratches', async () => {
  const latent = mappingQuality(restoreWeights('mapping_quality', salt), encode(a, picture('restore/input', h, w)))
  const out = await runOnce({ latent, restored: decode(b, latent) })
  expectSummary(out.latent!, golden.mapping_quality, gate, 'mapped')
  expectSummary(out.restored!, golden.restored_quality, gate, 'restored')
})

test('mapping with scratches, attention whole and in blocks', async () => {
  const mask = maskOf('restore/mask', h, w, 0.62)
  expect(mask.data.reduce((n, v) => n + v, 0) / mask.data.length).toBeCloseTo(golden.mask_share, 6)
  const z = encode(a, holed(picture('restore/input', h, w), mask))
  const weights = restoreWeights('mapping_scratch', salt)
  const { keys } = latentMask(mask)
  const seen = seenTensor(keys)
  const latent = mappingScratch(weights, z, seen, keys.length)
  const out = await runOnce({ z, latent, blocks: mappingScratch(weights, z, seen, 37), restored: decode(b, latent) })
  expectSummary(out.z!, golden.holed_enc_A, 1e-5, 'latent of the holed picture')
  expectSummary(out.latent!, golden.mapping_scratch, gate, 'mapped')
  expectSummary(out.blocks!, golden.mapping_scratch, gate, 'mapped, 37 queries at a time')
  expectSummary(out.restored!, golden.restored_scratch, gate, 'restored')
})

test.runIf(full)('mapping for high resolution', async () => {
  const mask = maskOf('restore/mask8', 128, 96, 0.6)
  const z = encode(a, holed(picture('restore/input8', 128, 96), mask))
  const latent = mappingHighResolution(restoreWeights('mapping_Patch_Attention', salt), z, latentMask(mask))
  const out = await runOnce({ latent })
  expectSummary(out.latent!, golden.hr.mapping, gate, 'mapped')
})

test('scratch detector', async () => {
  const gray = constant(
    formulaImage('restore/gray', 1, h, w, salt).map((v) => 2 * v - 1),
    [1, 1, h, w],
  )
  const { logits } = await runOnce({ logits: scratchLogits(restoreWeights('detection', salt), gray) })
  expectSummary(logits!, golden.detection.logits, gate, 'logits')
  const share = logits!.filter((v) => 1 / (1 + Math.exp(-v)) >= 0.4).length / logits!.length
  expect(share).toBeCloseTo(golden.detection['share_sigmoid>=0.4'], 3)
})

describe('face network', () => {
  const face = readGolden<{ stages: Record<Exclude<FaceStage, 'out'>, Summary>; out: Summary }>('systems/restore_face')
  test.runIf(full)('every stage', async () => {
    const degraded = constant(
      formulaImage('restore/face', 3, 64, 64, face.salt).map((v) => 2 * v - 1),
      [1, 3, 64, 64],
    )
    const stages = restoredFace(restoreWeights('face', face.salt), degraded)
    const out = await runOnce(stages)
    for (const [name, summary] of Object.entries({ ...face.stages, out: face.out }))
      expectSummary(out[name]!, summary, gate, name)
  })
})
