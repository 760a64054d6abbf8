// The networks that paint photographs: one role of a pack, whatever the architecture, which is read from the names and shapes of the weights.

import { z } from 'zod'
import type { ForwardNetwork } from '../forward/network.ts'
import type { Weights } from '../graph/weights.ts'
import { NetworkError } from '../networks/errors.ts'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { type DynamicUnetLayout, dynamicUnet, recogniseDynamicUnet } from './dynamic-unet.ts'
import type { Statistics } from './layers.ts'
import { recogniseResnet, resnet } from './resnet.ts'
import { recogniseUnet, unet } from './unet.ts'

const layoutSchema = z.strictObject({
  side: z.int().min(32).max(4096).default(256).describe('Side in pixels of the squares that it was trained on.'),
  blur: z.boolean().default(false).describe("fastai's `blur`: cells are smoothed behind a shuffle."),
  range: z
    .tuple([z.number(), z.number()])
    .nullable()
    .default(null)
    .describe("fastai's `y_range`, between which a sigmoid keeps the output."),
})

/** What its weights do not say. */
export type PainterLayout = z.output<typeof layoutSchema>

/** The layout of a file of which nothing else is known. */
export const usualLayout: PainterLayout = layoutSchema.parse({})

/** The network of weights in our names. @throws NetworkError where they are of none that is known */
export function painterOf(
  weights: Weights,
  layout: DynamicUnetLayout = usualLayout,
  statistics: Statistics = 'stored',
): ForwardNetwork {
  if (weights.has('up.0.weight') && weights.has('first.weight')) return resnet(weights, statistics)
  if (weights.has('up.0.weight')) return unet(weights, statistics)
  if (weights.has('layers.4.shuf.0.0.weight')) return dynamicUnet(weights, layout)
  throw new NetworkError('expected the weights of a network that paints, found others; import them anew')
}

export const painterNetwork = networkKind({
  roles: { painter: 'network that paints photographs' },
  layout: layoutSchema,
  files:
    '`latest_net_G.pth`, `latest_net_G_A.pth` of pytorch-CycleGAN-and-pix2pix (`unet_*`, `resnet_*blocks`); a DynamicUnet of fastai on a ResNet18 or ResNet34',
  landmarks: ['model.model.0.weight', 'model.1.weight', 'layers.0.0.weight', 'first.weight', 'down.0.weight'],
  recognise: ({ tensors, at }) => {
    const found = recogniseUnet(tensors) ?? recogniseResnet(tensors) ?? recogniseDynamicUnet(tensors)
    return found ? [{ role: 'painter', at, ...found }] : []
  },
  probe(weights, layout) {
    const network = painterOf(weights, layout)
    return network.build(testPicture(3, Math.max(32, network.multiple)))
  },
})
