// A VGG19 for style transfer: the official one's layers down to relu5_1, of any widths inside the blocks, so that a small
// network can answer as the large one does at the layers that styles are made of.

import { z } from 'zod'
import { networkKind } from '../networks/network.ts'
import { testPicture } from '../networks/probe-input.ts'
import { layer, matchTemplate, type Tensors } from '../networks/template.ts'
import { imagenetNormalized } from './normalization.ts'
import { vggConvolutions, vggFeatures } from './vgg.ts'
import { isTorchvisionVgg } from './vgg-recognise.ts'

export const vgg19StyleNetwork = networkKind({
  roles: { vgg19_style: 'VGG19, style transfer' },
  layout: z.strictObject({}),
  files: 'the compact network of this project, in torchvision’s names (features.0 … features.28)',
  landmarks: ['features.0.weight'],
  recognise: ({ tensors, at }) => {
    if (!isTorchvisionVgg(tensors) || !hasUnevenBlocks(tensors)) return []
    const convolutions = vggConvolutions('vgg19').filter(({ block, place }) => block < 5 || place === 1)
    const template = convolutions.flatMap(({ key }, i) =>
      layer(key, [`width ${i + 1}`, i === 0 ? 3 : `width ${i}`, 3, 3]),
    )
    const { tensors: used } = matchTemplate('VGG19 for style transfer', tensors, template)
    const title = `VGG19 for style transfer, ${used.size / 2} convolutions`
    return [{ role: 'vgg19_style', title, at, tensors: used, notes: [] }]
  },
  probe: (weights) => vggFeatures('vgg19', weights, imagenetNormalized(testPicture(3, 64)), ['relu5_1'])[0]!,
})

/** Whether the convolutions of a block differ in width, which those of the official networks never do. */
export function hasUnevenBlocks(tensors: Tensors): boolean {
  return tensors.get('features.0.weight')?.shape[0] !== tensors.get('features.2.weight')?.shape[0]
}
