// Who it is: the descriptor of the degraded result is that of the target, as encoders are trained with (Richardson et al.
// 2021, pSp, with ArcFace). The network is face-api's, and both pictures have gone through the same film,
// so that gray is compared with gray and blur with blur.

import { z } from 'zod'
import { faceApiWeights } from '../../../features/face-api-weights.ts'
import { alignedFace } from '../../../features/face-crop.ts'
import { DESCRIPTOR_SIDE, faceDescriptor } from '../../../features/face-descriptor.ts'
import type { Tensor } from '../../../graph/tensor.ts'
import { descriptorDistance } from '../../../losses/descriptor.ts'
import { termKind } from '../term.ts'
import { weight } from '../term-schema.ts'

export const identity = termKind({
  schema: z
    .strictObject({
      weight: weight('the face descriptor'),
      distance: z
        .enum(['cosine', 'euclidean'])
        .describe('"cosine": 1 − cosine of the descriptors; "euclidean": their distance, under 0.6 for one person.'),
    })
    .describe('The degraded result is, to a face descriptor, the person of the target.'),
  defaults: () => ({ weight: 0, distance: 'cosine' as const }),
  networks: () => ['faceRecognitionNet'],
  build: ({ distance }, context) => {
    const weights = faceApiWeights('faceRecognitionNet')
    const describe = (image: Tensor): Tensor => faceDescriptor(weights, alignedFace(image, DESCRIPTOR_SIDE))
    const target = context.once('identity/target', describe(context.target))
    return descriptorDistance(describe(context.degraded()), target, distance)
  },
})
