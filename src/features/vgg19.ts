// VGG19 (Simonyan and Zisserman 2015) as trained on ImageNet.

import { z } from 'zod'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { imagenetNormalized } from './normalization.ts'
import { vggFeatures } from './vgg.ts'
import { isTorchvisionVgg, readVgg } from './vgg-recognise.ts'
import { hasUnevenBlocks } from './vgg19-style.ts'

export const vgg19Network = networkKind({
  roles: { vgg19: 'VGG19, contextual loss' },
  layout: z.strictObject({}),
  files: 'torchvision’s VGG19 (convolutions only)',
  // The fourth convolution of the third block is what VGG19 has and VGG16 has not.
  landmarks: ['features.0.weight'],
  recognise: (place) =>
    isTorchvisionVgg(place.tensors) && place.tensors.has('features.16.weight') && !hasUnevenBlocks(place.tensors)
      ? [readVgg('vgg19', 'vgg19', 'VGG19', 3, place)]
      : [],
  probe: (weights) => vggFeatures('vgg19', weights, imagenetNormalized(testPicture(3, 64)), ['relu3_1'])[0]!,
})
