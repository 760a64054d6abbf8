// The two autoencoders of Bringing Old Photos Back to Life: A sees old photographs, real and synthetic, B clean ones. What is
// restored goes in through A's encoder and comes out through B's decoder, with a mapping between their latents.

import { z } from 'zod'
import { tanh } from '../graph/elementwise.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { NetworkError } from '../networks/errors.ts'
import type { Found, RoleChoice } from '../networks/found.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { type Expected, layer, matchTemplate, type Tensors } from '../networks/template.ts'
import {
  convolution,
  enlarge,
  normalizedRelu,
  normTemplate,
  reflectedConvolution,
  resnetBlock,
  resnetTemplate,
  sequence,
} from './blocks.ts'

/** @param x [N, 3, H, W] in ±1, sides multiples of 4; @returns the latent [N, C, H/4, W/4] */
export function encode(weights: Weights, x: Tensor): Tensor {
  return scope('restore/encoder', () => {
    const at = weights.at('encoder')
    const first = normalizedRelu(at, 1, reflectedConvolution(at.at('1'), x))
    const smaller = [4, 7].reduce(
      (h, place) => normalizedRelu(at, place, convolution(at.at(`${place}`), h, 1, 2)),
      first,
    )
    return blocksOf(weights, 'encoder').reduce((h, place) => resnetBlock(at.at(place), h), smaller)
  })
}

/** @param latent [N, C, h, w]; @returns what it draws, [N, 3 or 4, 4h, 4w] in ±1: the picture, or what `mixed` adds to a photograph */
export function decode(weights: Weights, latent: Tensor): Tensor {
  return scope('restore/decoder', () => {
    const at = weights.at('decoder')
    const blocks = blocksOf(weights, 'decoder')
    const refined = blocks.reduce((h, place) => resnetBlock(at.at(place), h), latent)
    const [first, second, last] = tailOf(blocks.length)
    const larger = [first, second].reduce(
      (h, place) => normalizedRelu(at, place, enlarge(at.at(`${place}`), h)),
      refined,
    )
    return tanh(reflectedConvolution(at.at(`${last}`), larger))
  })
}

const blocksOf = (names: { keys(): Iterable<string> }, half: 'encoder' | 'decoder'): string[] =>
  sequence(names, half).flatMap(({ place, block }) => (block ? [String(place)] : []))

/** Behind the blocks of the decoder: two enlargements (with norm and ReLU), a border, the last convolution. */
const tailOf = (blocks: number): [number, number, number] => [blocks, blocks + 3, blocks + 7]

/** Planes that a decoder draws. */
export function planesOf(weights: { keys(): Iterable<string>; shape(key: string): readonly number[] }): number {
  return weights.shape(`decoder.${tailOf(blocksOf(weights, 'decoder').length)[2]}.weight`)[0]!
}

const choice: RoleChoice = {
  question: 'an autoencoder of Bringing Old Photos Back to Life, and neither its name nor its folder says which',
  words: { vae_a: 'restore_vae_a', vae_b: 'restore_vae_b', vae_b_scratch: 'restore_vae_b_scratch' },
  fromName: wordOf,
  fromFolder: wordOf,
}

/** VAE_A_quality, VAE_B_scratch, vae_b.safetensors */
function wordOf(name: string): string | undefined {
  const [, half, scratch] = /vae_(a|b)(?:_(?:quality|(scratch)))?/i.exec(name) ?? []
  if (half === undefined) return undefined
  return half.toLowerCase() === 'a' ? 'vae_a' : scratch === undefined ? 'vae_b' : 'vae_b_scratch'
}

export const restoreVaeNetwork = networkKind({
  roles: {
    restore_vae_a: 'autoencoder of old photographs',
    restore_vae_b: 'autoencoder of clean photographs',
    restore_vae_b_scratch: 'autoencoder of clean photographs, for scratched ones',
  },
  layout: z.strictObject({}),
  files:
    '`VAE_A_quality/latest_net_G.pth`, `VAE_B_quality/latest_net_G.pth`, `VAE_B_scratch/latest_net_G.pth` of Bringing-Old-Photos-Back-to-Life',
  choice,
  landmarks: ['encoder.10.conv_block.1.weight'],
  recognise: ({ tensors, at }) =>
    tensors.has('encoder.10.conv_block.1.weight') && tensors.has('decoder.0.conv_block.1.weight')
      ? [readVae(tensors, at)]
      : [],
  probe: (weights) => decode(weights, encode(weights, testPicture(3, 32))),
})

function readVae(tensors: Tensors, at: string): Found {
  const match = matchTemplate('an autoencoder of Bringing Old Photos Back to Life', tensors, vaeTemplate(tensors))
  const planes = match.sides.get('planes')!
  if (planes !== 3 && planes !== 4)
    throw new NetworkError(
      `looks like an autoencoder of Bringing Old Photos Back to Life but draws ${planes} planes where 3 (a picture) or 4 (what is added to one, and how much of its grain stays) were expected`,
    )
  const title = `autoencoder for restoration, ${match.sides.get('width')} channels${planes === 4 ? ', adds to the photograph' : ''}`
  return { role: choice, title, at, tensors: match.tensors, notes: [] }
}

export function vaeTemplate(tensors: { keys(): Iterable<string> }): Expected[] {
  const decoderBlocks = blocksOf(tensors, 'decoder')
  const [first, second, last] = tailOf(decoderBlocks.length)
  const halved = (half: string, place: number): Expected[] => [
    ...layer(`${half}.${place}`, ['width', 'width', 4, 4]),
    ...normTemplate(tensors, half, place, 'width'),
  ]
  return [
    ...layer('encoder.1', ['width', 3, 7, 7]),
    ...normTemplate(tensors, 'encoder', 1, 'width'),
    ...[4, 7].flatMap((place) => halved('encoder', place)),
    ...blocksOf(tensors, 'encoder').flatMap((place) => resnetTemplate(tensors, `encoder.${place}`, 'width')),
    ...decoderBlocks.flatMap((place) => resnetTemplate(tensors, `decoder.${place}`, 'width')),
    ...[first, second].flatMap((place) => halved('decoder', place)),
    ...layer(`decoder.${last}`, ['planes', 'width', 7, 7]),
  ]
}
