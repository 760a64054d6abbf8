// VGG-Face (Parkhi et al. 2015): VGG16 as trained to tell celebrities apart.

import { z } from 'zod'
import { NetworkError } from '../networks/errors.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { vggFaceNormalized } from './normalization.ts'
import { vggFeatures } from './vgg.ts'
import { readVgg } from './vgg-recognise.ts'

export const vggFaceNetwork = networkKind({
  roles: { vggface: 'VGG-Face, perceptual loss' },
  layout: z.strictObject({}),
  files: '`vgg_face_dag.pt`, `vgg_face_dag.pth` (convolutions only)',
  landmarks: ['conv1_1.weight'],
  recognise: (place) => {
    if (!['conv1_1.weight', 'conv2_1.weight', 'conv4_1.weight'].every((key) => place.tensors.has(key))) return []
    if (place.tensors.has('conv3_4.weight'))
      throw new NetworkError(
        'a VGG19 in the names of VGG-Face (conv3_4), whose scale nobody says; torchvision’s and Caffe’s are read in the names features.N',
      )
    return [readVgg('vggface', 'vggface', 'VGG-Face', 4, place)]
  },
  probe: (weights) => vggFeatures('vggface', weights, vggFaceNormalized(testPicture(3, 64)), ['relu3_1'])[0]!,
})
