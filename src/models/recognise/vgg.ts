/**
 * VGG16 and VGG19 as torchvision saves them (`features.N`), and the VGG-Face of vgg_face_dag (`convA_B`). The fully
 * connected layers (three quarters of the file) are not used by any loss and are left out.
 */
import { ModelError } from '../errors.ts'
import type { Found } from './found.ts'
import { type Expected, layer, matchTemplate, type Tensors } from './template.ts'

/** Indices of the convolutions in `features`, stage by stage; what comes after the deepest layer of a loss may be cut off. */
const vgg16 = [
  [0, 2],
  [5, 7],
  [10, 12, 14],
  [17, 19, 21],
  [24, 26, 28],
]
const vgg19 = [
  [0, 2],
  [5, 7],
  [10, 12, 14, 16],
  [19, 21, 23, 25],
  [28, 30, 32, 34],
]
const vggFace = [
  [1, 2],
  [1, 2],
  [1, 2, 3],
  [1, 2, 3],
  [1, 2, 3],
]

export function looksLikeVgg(tensors: Tensors): boolean {
  return tensors.has('features.0.weight') && tensors.has('features.5.weight') && tensors.has('features.10.weight')
}

export function readVgg(tensors: Tensors, at: string): Found {
  if (tensors.has('features.1.running_mean'))
    throw new ModelError('a VGG with batch norm; the losses need the plain one (torchvision vgg16 or vgg19)')
  // The fourth convolution of the third stage is what VGG19 has and VGG16 has not.
  const isVgg19 = tensors.has('features.16.weight')
  const name = isVgg19 ? 'VGG19' : 'VGG16'
  const template = convolutions(isVgg19 ? vgg19 : vgg16, isVgg19 ? 3 : 4, (_, index) => `features.${index}`)
  const { tensors: used } = matchTemplate(name, tensors, template)
  return {
    role: isVgg19 ? 'vgg19' : 'vgg16',
    title: `${name}, ${used.size / 2} convolutions`,
    at,
    tensors: used,
    notes: [],
  }
}

export function looksLikeVggFace(tensors: Tensors): boolean {
  return tensors.has('conv1_1.weight') && tensors.has('conv2_1.weight') && tensors.has('conv4_1.weight')
}

export function readVggFace(tensors: Tensors, at: string): Found {
  const template = convolutions(vggFace, 4, (stage, index) => `conv${stage + 1}_${index}`)
  const { tensors: used } = matchTemplate('VGG-Face', tensors, template)
  return { role: 'vggface', title: `VGG-Face, ${used.size / 2} convolutions`, at, tensors: used, notes: [] }
}

function convolutions(
  stages: readonly (readonly number[])[],
  required: number,
  name: (stage: number, index: number) => string,
): Expected[] {
  return stages.flatMap((indices, stage) =>
    indices.flatMap((index, i) => {
      const from = i > 0 ? `width ${stage + 1}` : stage === 0 ? 3 : `width ${stage}`
      return layer(name(stage, index), [`width ${stage + 1}`, from, 3, 3], { optional: stage >= required })
    }),
  )
}
