// The mapping for scratched photographs of high resolution: patch attention at three sizes instead of attention between all
// positions, whose cost grows with the square of the picture.

import { z } from 'zod'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { type Expected, matchTemplate } from '../networks/template.ts'
import { resnetBlock, resnetTemplate, runSequence, sequence } from './blocks.ts'
import type { LatentMask } from './latent-mask.ts'
import { testLatent } from './mapping-quality.ts'
import { afterTemplate, beforeTemplate } from './mapping-scratch.ts'
import { patchAttention, patchAttentionTemplate } from './patch-attention.ts'

/** Sides of the patches in the latents, in the order they are used. */
export const patches = [8, 4, 2] as const

/** @param latent [1, C, h, w], sides multiples of 8; @param mask of the latents; @returns [1, C, h, w] */
export function mappingHighResolution(weights: Weights, latent: Tensor, mask: LatentMask): Tensor {
  return scope('restore/mapping-hr', () => {
    const before = runSequence(weights, 'before_NL', latent, false)
    const filled = patches.reduce((x, patch, i) => {
      const y = patchAttention(weights.at(`NL_scale_${i + 1}`), x, mask, patch)
      const name = `res_block_${i + 1}`
      return sequence(weights, name).reduce((h, { place }) => resnetBlock(weights.at(`${name}.${place}`), h), y)
    }, before)
    return runSequence(weights, 'after_NL', filled, true)
  })
}

export const restoreMappingHrNetwork = networkKind({
  roles: { restore_mapping_hr: 'mapping from scratched to clean photographs of high resolution' },
  layout: z.strictObject({}),
  files: '`mapping_Patch_Attention/latest_net_mapping_net.pth` of Bringing-Old-Photos-Back-to-Life',
  landmarks: ['NL_scale_1.F_Combine.weight'],
  recognise: ({ tensors, at }) => {
    if (!tensors.has('NL_scale_1.F_Combine.weight')) return []
    const what = 'a mapping for high resolution of Bringing Old Photos Back to Life'
    const match = matchTemplate(what, tensors, hrTemplate(tensors))
    const title = `mapping of latents with patch attention, ${match.sides.get('latent')} channels`
    return [{ role: 'restore_mapping_hr', title, at, tensors: match.tensors, notes: [] }]
  },
  probe: (weights) => {
    const touched = Float32Array.from({ length: 16 * 16 }, (_, i) => (i % 16 < 4 && i < 64 ? 1 : 0))
    const mask = { width: 16, height: 16, touched, keys: touched.map((v) => 1 - v) }
    return mappingHighResolution(weights, testLatent(weights, 'before_NL.0.weight', 16, 16), mask)
  },
})

export function hrTemplate(tensors: { keys(): Iterable<string> }): Expected[] {
  return [
    ...beforeTemplate(tensors),
    ...patches.flatMap((_, i) => [
      ...patchAttentionTemplate(tensors, `NL_scale_${i + 1}`, 'inside'),
      ...sequence(tensors, `res_block_${i + 1}`).flatMap(({ place }) =>
        resnetTemplate(tensors, `res_block_${i + 1}.${place}`, 'inside'),
      ),
    ]),
    ...afterTemplate(tensors),
  ]
}
