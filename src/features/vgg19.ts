// VGG19 (Simonyan and Zisserman 2015) as trained on ImageNet.

import { z } from 'zod'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { imagenetNormalized } from './normalization.ts'
import { vggFeatures } from './vgg.ts'
import { isKerasVgg } from './vgg-caffe.ts'
import { isTorchvisionVgg, readImagenetVgg } from './vgg-recognise.ts'
import { hasUnevenBlocks } from './vgg19-style.ts'

export const vgg19Network = networkKind({
  roles: { vgg19: 'VGG19, contextual loss' },
  layout: z.strictObject({}),
  files:
    'torchvision’s VGG19 (convolutions only); Caffe’s as `vgg19-d01eb7cb.pth`, told by its numbers, or Keras’ TensorFlow.js layers-model (`model.json`)',
  // The fourth convolution of the third block is what VGG19 has and VGG16 has not.
  landmarks: ['features.0.weight', 'block1_conv1/kernel'],
  recognise: (place) => {
    const { tensors } = place
    const isKeras = isKerasVgg(tensors) && tensors.has('block3_conv4/kernel')
    const isOne =
      isKeras || (isTorchvisionVgg(tensors) && tensors.has('features.16.weight') && !hasUnevenBlocks(tensors))
    return isOne ? [readImagenetVgg('vgg19', 'VGG19', 3, place)] : []
  },
  probe: (weights) => vggFeatures('vgg19', weights, imagenetNormalized(testPicture(3, 64)), ['relu3_1'])[0]!,
})
