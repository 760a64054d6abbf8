// The weights of VGG16's channels in LPIPS (Zhang et al. 2018, version 0.1): numbers that go with the official VGG16 and no other.

import { z } from 'zod'
import { conv2d } from '../graph/conv.ts'
import { constant } from '../graph/tensor.ts'
import { NetworkError } from '../networks/errors.ts'
import { networkKind } from '../networks/network.ts'
import { waves } from '../networks/probe-input.ts'
import { matchTemplate } from '../networks/template.ts'

const CHANNELS = [64, 128, 256, 512, 512] as const
const key = (layer: number) => `lin${layer}.model.1.weight`

export const lpipsNetwork = networkKind({
  roles: { lpips: 'LPIPS, weights of VGG16’s channels' },
  layout: z.strictObject({}),
  files: 'LPIPS v0.1’s `vgg.pth` (7 KB)',
  landmarks: [key(0)],
  recognise: ({ tensors, at }) => {
    if (!tensors.has(key(0))) return []
    const second = tensors.get(key(1))?.shape[1]
    if (second !== undefined && second !== CHANNELS[1])
      throw new NetworkError('LPIPS’ weights for AlexNet or SqueezeNet; those for VGG16 (vgg.pth) are read')
    const template = CHANNELS.map((channels, layer) => ({ key: key(layer), shape: [1, channels, 1, 1] }))
    const { tensors: used } = matchTemplate('LPIPS for VGG16', tensors, template)
    return [{ role: 'lpips', title: 'LPIPS’ weights for VGG16, 5 layers', at, tensors: used, notes: [] }]
  },
  probe: (weights) => conv2d(constant(waves(64 * 4), [1, 64, 2, 2]), weights.get(key(0))),
})
