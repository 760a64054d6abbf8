// VGG16 (Simonyan and Zisserman 2015) as trained on ImageNet.

import { z } from 'zod'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { imagenetNormalized } from './normalization.ts'
import { vggFeatures } from './vgg.ts'
import { isTorchvisionVgg, readImagenetVgg } from './vgg-recognise.ts'

export const vgg16Network = networkKind({
  roles: { vgg16: 'VGG16, perceptual loss' },
  layout: z.strictObject({}),
  files: 'torchvision’s VGG16 (convolutions only); Caffe’s `vgg16-00b39a1b.pth`, told by its numbers',
  landmarks: ['features.0.weight'],
  recognise: (place) =>
    isTorchvisionVgg(place.tensors) && !place.tensors.has('features.16.weight')
      ? [readImagenetVgg('vgg16', 'VGG16', 4, place)]
      : [],
  probe: (weights) => vggFeatures('vgg16', weights, imagenetNormalized(testPicture(3, 64)), ['relu3_1'])[0]!,
})
