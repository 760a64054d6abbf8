// The networks that enlarge: one role of a pack, whatever the architecture, which is read from the names and shapes of the weights.

import { z } from 'zod'
import type { ForwardNetwork } from '../forward/network.ts'
import type { Weights } from '../graph/weights.ts'
import { NetworkError } from '../networks/errors.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { fromNcnn } from './ncnn.ts'
import { rdn, recogniseRdn } from './rdn.ts'
import { recogniseRrdb, rrdb } from './rrdb.ts'
import { recogniseSrvgg, srvgg } from './srvgg.ts'

/** The network of weights in our names. @throws NetworkError where they are of none that is known */
export function upscalerOf(weights: Weights): ForwardNetwork {
  if (weights.has('body.0.weight')) return srvgg(weights)
  if (weights.has('body.0.rdb1.conv1.weight')) return rrdb(weights)
  if (weights.has('F_m1.weight') || weights.has('Pre_blocks_conv.weight')) return rdn(weights)
  throw new NetworkError('expected the weights of a network that enlarges, found others; import them anew')
}

export const upscalerNetwork = networkKind({
  roles: { upscaler: 'network that enlarges' },
  layout: z.strictObject({}),
  files:
    '`RealESRGAN_x4plus.pth`, `realesr-general-x4v3.pth`, `RRDB_ESRGAN_x4.pth` and other RRDBNet and SRVGGNetCompact files of any layout, size and scale; both as an ncnn pair (name the `.param`); `@upscalerjs/esrgan-*` (`model.json`)',
  landmarks: [
    'body.0.weight',
    'conv_first.weight',
    'model.0.weight',
    'ncnn.0.weight',
    'F_m1/kernel',
    'Pre_blocks_conv/kernel',
  ],
  recognise: ({ tensors, at }) => {
    const named = fromNcnn(tensors) ?? tensors
    const found = recogniseSrvgg(named) ?? recogniseRrdb(named) ?? recogniseRdn(named)
    return found ? [{ role: 'upscaler', at, notes: [], ...found }] : []
  },
  probe(weights) {
    const network = upscalerOf(weights)
    return network.build(testPicture(network.channelsIn, 24))
  },
})
