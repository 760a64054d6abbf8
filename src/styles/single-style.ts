// Networks that know one style (Johnson, Alahi and Fei-Fei 2016): one role of a pack, in the two architectures that people have.

import { z } from 'zod'
import type { ForwardNetwork } from '../forward/network.ts'
import type { Weights } from '../graph/weights.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { johnson, recogniseJohnson } from './johnson.ts'
import { lengstrom, recogniseLengstrom } from './lengstrom.ts'

/** The network of weights in our names. */
export function singleStyleOf(weights: Weights): ForwardNetwork {
  return weights.has('out.shift') ? lengstrom(weights) : johnson(weights)
}

export const singleStyleNetwork = networkKind({
  roles: { fast_style: 'network of one style' },
  layout: z.strictObject({}),
  files:
    "`.pth` of pytorch/examples' fast_neural_style; variables of lengstrom/fast-style-transfer (`manifest.json`, as deeplearn.js and ml5 have them)",
  landmarks: ['conv1.conv2d.weight', 'Variable_47', 'conv.0.scale'],
  recognise: ({ tensors, at }) => {
    const found = recogniseJohnson(tensors) ?? recogniseLengstrom(tensors)
    return found ? [{ role: 'fast_style', at, ...found }] : []
  },
  probe: (weights) => singleStyleOf(weights).build(testPicture(3, 32)),
})
