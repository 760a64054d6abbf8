// VGG19 (Simonyan and Zisserman 2015) as trained on ImageNet.

import { z } from 'zod'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { imagenetNormalized } from './normalization.ts'
import { vggFeatures } from './vgg.ts'
import { fromKerasVgg, isKerasVgg } from './vgg-caffe.ts'
import { isTorchvisionVgg, readVgg } from './vgg-recognise.ts'
import { hasUnevenBlocks } from './vgg19-style.ts'

export const vgg19Network = networkKind({
  roles: { vgg19: 'VGG19, contextual loss' },
  layout: z.strictObject({}),
  files: 'torchvision’s VGG19 (convolutions only); Keras’ as a TensorFlow.js layers-model (`model.json`)',
  // The fourth convolution of the third block is what VGG19 has and VGG16 has not.
  landmarks: ['features.0.weight', 'block1_conv1/kernel'],
  recognise: (place) => {
    if (isKerasVgg(place.tensors) && place.tensors.has('block3_conv4/kernel')) {
      const tensors = fromKerasVgg('vgg19', place.tensors)
      const found = readVgg('vgg19', 'vgg19', 'VGG19 (Caffe)', 3, { ...place, tensors })
      return [{ ...found, notes: ['brought from BGR in 0..255 to what torchvision’s is given'] }]
    }
    return isTorchvisionVgg(place.tensors) && place.tensors.has('features.16.weight') && !hasUnevenBlocks(place.tensors)
      ? [readVgg('vgg19', 'vgg19', 'VGG19', 3, place)]
      : []
  },
  probe: (weights) => vggFeatures('vgg19', weights, imagenetNormalized(testPicture(3, 64)), ['relu3_1'])[0]!,
})
