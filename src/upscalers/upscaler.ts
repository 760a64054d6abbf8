// The networks that enlarge: one role of a pack, whatever the architecture, which is read from the names and shapes of the weights.

import { z } from 'zod'
import type { ForwardNetwork } from '../forward/network.ts'
import type { Weights } from '../graph/weights.ts'
import { NetworkError } from '../networks/errors.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { recogniseSrvgg, srvgg } from './srvgg.ts'

/** The network of weights in our names. @throws NetworkError where they are of none that is known */
export function upscalerOf(weights: Weights): ForwardNetwork {
  if (weights.has('body.0.weight')) return srvgg(weights)
  throw new NetworkError('expected the weights of a network that enlarges, found others; import them anew')
}

export const upscalerNetwork = networkKind({
  roles: { upscaler: 'network that enlarges' },
  layout: z.strictObject({}),
  files: '`realesr-general-x4v3.pth` and other SRVGG files',
  landmarks: ['body.0.weight'],
  recognise: ({ tensors, at }) => {
    const found = recogniseSrvgg(tensors)
    return found ? [{ role: 'upscaler', at, notes: [], ...found }] : []
  },
  probe(weights) {
    const network = upscalerOf(weights)
    return network.build(testPicture(network.channelsIn, 24))
  },
})
