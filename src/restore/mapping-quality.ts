// The mapping from latents of old photographs to those of clean ones, where nothing is torn: six residual blocks.

import { z } from 'zod'
import { constant, scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { waves } from '../networks/probe-input.ts'
import { type Expected, matchTemplate } from '../networks/template.ts'
import { runSequence, sequenceTemplate } from './blocks.ts'

/** @param latent [N, C, h, w] of VAE A; @returns [N, C, h, w] for the decoder of VAE B */
export function mappingQuality(weights: Weights, latent: Tensor): Tensor {
  return scope('restore/mapping', () => runSequence(weights, 'model', latent, true))
}

/** A latent on which a mapping is tried. */
export function testLatent(weights: Weights, first: string, height = 8, width = 8): Tensor {
  const channels = weights.shape(first)[1]!
  return constant(waves(channels * height * width), [1, channels, height, width])
}

export const restoreMappingNetwork = networkKind({
  roles: { restore_mapping: 'mapping from old to clean photographs' },
  layout: z.strictObject({}),
  files: '`mapping_quality/latest_net_mapping_net.pth` of Bringing-Old-Photos-Back-to-Life',
  landmarks: ['model.0.weight'],
  recognise: ({ tensors, at }) => {
    if (!tensors.has('model.0.weight') || ![...tensors.keys()].some((key) => /^model\.\d+\.conv_block\./.test(key)))
      return []
    const match = matchTemplate('a mapping of Bringing Old Photos Back to Life', tensors, qualityTemplate(tensors))
    const title = `mapping of latents, ${match.sides.get('latent')} channels`
    return [{ role: 'restore_mapping', title, at, tensors: match.tensors, notes: [] }]
  },
  probe: (weights) => mappingQuality(weights, testLatent(weights, 'model.0.weight')),
})

export function qualityTemplate(tensors: { keys(): Iterable<string> }): Expected[] {
  return mappingTemplate(tensors, 'model')
}

/** A sequence that begins and ends as wide as the latents. */
function mappingTemplate(tensors: { keys(): Iterable<string> }, name: string): Expected[] {
  const expected = sequenceTemplate(tensors, name, 'latent', (i) => `width ${i + 1}`)
  const last = expected.at(-1)?.shape[0]
  const rename = (side: number | string): number | string => (side === last ? 'latent' : side)
  return expected.map(({ key, shape }) => ({ key, shape: shape.map(rename) }))
}
