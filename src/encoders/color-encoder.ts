// The ResNet18 colour encoder of Time-Travel Rephotography (Luo et al. 2021, section 4.1): from a gray picture to the one
// latent w that gives its sibling its colours. One set of weights for each sensitivity of the film; their files (`model` in
// checkpoint_{b,gb,g}.pt) are alike inside, so that the name of one, or the user, says which it is.

import { z } from 'zod'
import { conv2d } from '../graph/conv.ts'
import { add, leakyRelu, relu } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { linear } from '../graph/linear.ts'
import { instanceNorm } from '../graph/normalize.ts'
import { avgPool } from '../graph/pool.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import type { Found, RoleChoice } from '../networks/found.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { countFrom, type Expected, layer, matchTemplate, type Tensors } from '../networks/template.ts'

/** @param x gray [N, 1, s, s] in 01, s = 256 for the official weights; @returns w [N, styleDim] */
export function colorEncoder(weights: Weights, x: Tensor): Tensor {
  return scope('color_encoder', () => {
    let h = leakyRelu(instanceNorm(convWithBias(weights.at('conv0.0'), x, 2)), 0.01)
    h = avgPool(h, 2)
    for (let i = 0; weights.has(`residual_blocks.${i}.blocks.0.0.weight`); i += 2)
      h = avgPool(
        scope(`residual_blocks.${i}`, () => residualBlock(weights.at(`residual_blocks.${i}`), h)),
        2,
      )
    h = avgPool(relu(h), h.shape[2]!)
    return linear(reshape(h, [h.shape[0]!, h.shape[1]!]), weights.at('last.3'))
  })
}

function convWithBias(weights: Weights, x: Tensor, padding: number): Tensor {
  return conv2d(x, weights.get('weight'), { bias: weights.get('bias'), padding })
}

function residualBlock(weights: Weights, x: Tensor): Tensor {
  let h = leakyRelu(instanceNorm(convWithBias(weights.at('blocks.0.0'), x, 1)), 0.01)
  h = instanceNorm(convWithBias(weights.at('blocks.2.0'), h, 1))
  const shortcut = weights.has('shortcut.0.weight') ? instanceNorm(conv2d(x, weights.get('shortcut.0.weight'))) : x
  return leakyRelu(add(h, shortcut), 0.01)
}

const choice: RoleChoice = {
  question: 'a colour encoder, and neither its content nor its name says for which emulsion',
  words: { b: 'color_encoder_b', gb: 'color_encoder_gb', g: 'color_encoder_g' },
  fromName: sensitivityFromName,
}

export const colorEncoderNetwork = networkKind({
  roles: {
    color_encoder_b: 'colour encoder for blue-sensitive emulsions',
    color_encoder_gb: 'colour encoder for orthochromatic (green and blue) emulsions',
    color_encoder_g: 'colour encoder for panchromatic emulsions',
  },
  layout: z.strictObject({
    inputSize: z.int().positive().default(256).describe('Side in pixels at which it looks.'),
  }),
  files: '`checkpoint_b.pt`, `checkpoint_gb.pt`, `checkpoint_g.pt`',
  choice,
  ofGenerator: true,
  landmarks: ['conv0.0.weight'],
  recognise: ({ tensors, at }) =>
    ['conv0.0.weight', 'residual_blocks.0.blocks.0.0.weight', 'last.3.weight'].every((key) => tensors.has(key))
      ? [readColorEncoder(tensors, at)]
      : [],
  // Halved once by the first layer and once by each block, down to 4 px.
  probe: (weights) => colorEncoder(weights, testPicture(1, 4 * 2 ** (blocksOf(weights) + 1))),
})

function blocksOf(names: { has(key: string): boolean }): number {
  return countFrom(names, 0, (i) => `residual_blocks.${2 * i}.blocks.0.0.weight`)
}

function readColorEncoder(tensors: Tensors, at: string): Found {
  const blocks = blocksOf(tensors)
  const side = (i: number) => (i === 0 ? 'channels of the first layer' : `channels of block ${i}`)
  const template: Expected[] = [...layer('conv0.0', [side(0), 1, 5, 5])]
  for (let i = 0; i < blocks; i++) {
    const name = `residual_blocks.${2 * i}`
    template.push(
      ...layer(`${name}.blocks.0.0`, [side(i + 1), side(i), 3, 3]),
      ...layer(`${name}.blocks.2.0`, [side(i + 1), side(i + 1), 3, 3]),
      { key: `${name}.shortcut.0.weight`, shape: [side(i + 1), side(i), 1, 1], optional: true },
    )
  }
  template.push(...layer('last.3', ['style', side(blocks)]))
  const match = matchTemplate('a colour encoder', tensors, template)
  const styleDim = match.sides.get('style') ?? 0
  return {
    role: choice,
    title: `colour encoder, ${blocks} blocks, w of ${styleDim}`,
    styleDim,
    at,
    tensors: match.tensors,
    notes: [],
  }
}

/** checkpoint_b.pt, encoder-gb.pth, b.pt: the last word of the name. */
export function sensitivityFromName(fileName: string): 'b' | 'gb' | 'g' | undefined {
  const stem = fileName.replace(/\.[^.]*$/, '').toLowerCase()
  const word = stem.split(/[^a-z0-9]+/).at(-1)
  return word === 'b' || word === 'gb' || word === 'g' ? word : undefined
}
