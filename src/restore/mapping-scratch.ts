// The mapping for torn and scratched photographs: in its middle, damaged positions look for what fits them elsewhere.

import { z } from 'zod'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { type Expected, matchTemplate } from '../networks/template.ts'
import {
  type AttentionInputs,
  attendInBlocks,
  attentionInputs,
  attentionTemplate,
  fillIn,
  seenTensor,
} from './attention.ts'
import { runSequence, sequenceTemplate } from './blocks.ts'
import { testLatent } from './mapping-quality.ts'

/** Before the attention: the features and what the attention needs of them. */
export function beforeScratch(weights: Weights, latent: Tensor): AttentionInputs & { features: Tensor } {
  return scope('restore/before', () => {
    const features = runSequence(weights, 'before_NL', latent, false)
    return { features, ...attentionInputs(weights.at('NL'), features) }
  })
}

/** Behind it. @param found [N, C], what each position found; @param seen [1, N], 1 where it is undamaged */
export function afterScratch(weights: Weights, features: Tensor, found: Tensor, seen: Tensor): Tensor {
  return scope('restore/after', () =>
    runSequence(weights, 'after_NL', fillIn(weights.at('NL'), features, found, seen), true),
  )
}

/**
 * The whole of it in one graph.
 * @param latent [1, C, h, w]; @param seen [1, h·w], 1 where the photograph is undamaged; @param block queries at a time
 */
export function mappingScratch(weights: Weights, latent: Tensor, seen: Tensor, block = 512): Tensor {
  const { features, ...inputs } = beforeScratch(weights, latent)
  return afterScratch(weights, features, attendInBlocks(inputs, seen, block), seen)
}

export const restoreMappingScratchNetwork = networkKind({
  roles: { restore_mapping_scratch: 'mapping from scratched to clean photographs' },
  layout: z.strictObject({}),
  files: '`mapping_scratch/latest_net_mapping_net.pth` of Bringing-Old-Photos-Back-to-Life',
  landmarks: ['NL.theta.weight'],
  recognise: ({ tensors, at }) => {
    if (!tensors.has('NL.theta.weight') || !tensors.has('before_NL.0.weight')) return []
    const what = 'a mapping for scratches of Bringing Old Photos Back to Life'
    const match = matchTemplate(what, tensors, scratchTemplate(tensors))
    const title = `mapping of latents with attention, ${match.sides.get('latent')} channels`
    return [{ role: 'restore_mapping_scratch', title, at, tensors: match.tensors, notes: [] }]
  },
  probe: (weights) => {
    const keys = Float32Array.from({ length: 64 }, (_, i) => (i % 5 === 0 ? 0 : 1))
    return mappingScratch(weights, testLatent(weights, 'before_NL.0.weight'), seenTensor(keys))
  },
})

export function scratchTemplate(tensors: { keys(): Iterable<string> }): Expected[] {
  return [...beforeTemplate(tensors), ...attentionTemplate(tensors, 'NL', 'inside'), ...afterTemplate(tensors)]
}

/** From the latents to the widest features, "inside". */
export function beforeTemplate(tensors: { keys(): Iterable<string> }): Expected[] {
  const expected = sequenceTemplate(tensors, 'before_NL', 'latent', (i) => `width ${i + 1}`)
  const last = expected.at(-1)?.shape[0]
  return expected.map(({ key, shape }) => ({ key, shape: shape.map((side) => (side === last ? 'inside' : side)) }))
}

/** And back. */
export function afterTemplate(tensors: { keys(): Iterable<string> }): Expected[] {
  const expected = sequenceTemplate(tensors, 'after_NL', 'inside', (i) => `back ${i + 1}`)
  const last = expected.at(-1)?.shape[0]
  return expected.map(({ key, shape }) => ({ key, shape: shape.map((side) => (side === last ? 'latent' : side)) }))
}
