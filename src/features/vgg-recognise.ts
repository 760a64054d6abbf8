/**
 * VGG networks in files: VGG16 and VGG19 as torchvision saves them (`features.N`), both also as Caffe trained them, and the VGG-Face of vgg_face_dag
 * (`convA_B`). The fully connected layers (three quarters of the file) are not used by any loss and are left out.
 */
import { NetworkError } from '../networks/errors.ts'
import type { Found } from '../networks/found.ts'
import type { Place } from '../networks/network.ts'
import { layer, matchTemplate, type Tensors } from '../networks/template.ts'
import { type VggKind, vggConvolutions } from './vgg.ts'
import { CAFFE_NOTE, fromCaffeVgg, fromKerasVgg, isCaffeVgg, isKerasVgg } from './vgg-caffe.ts'

/** Whether a place holds a stack of convolutions in torchvision's names. @throws NetworkError for batch norm in it */
export function isTorchvisionVgg(tensors: Tensors): boolean {
  if (!['features.0.weight', 'features.5.weight', 'features.10.weight'].every((key) => tensors.has(key))) return false
  if (tensors.has('features.1.running_mean'))
    throw new NetworkError('a VGG with batch norm; the losses need the plain one (torchvision vgg16 or vgg19)')
  return true
}

/**
 * @param kind the architecture
 * @param role what it is in a pack
 * @param required blocks that must be whole; what comes after the deepest layer of a loss may be cut off
 */
export function readVgg(kind: VggKind, role: string, name: string, required: number, { tensors, at }: Place): Found {
  const template = vggConvolutions(kind).flatMap(({ block, place, key }) => {
    const from = place > 1 ? `width ${block}` : block === 1 ? 3 : `width ${block - 1}`
    return layer(key, [`width ${block}`, from, 3, 3], { optional: block > required })
  })
  const { tensors: used } = matchTemplate(name, tensors, template)
  return { role, title: `${name}, ${used.size / 2} convolutions`, at, tensors: used, notes: [] }
}

/** VGG16 or VGG19 in torchvision's or Keras' names, from whichever of the two trainings. */
export function readImagenetVgg(kind: 'vgg16' | 'vgg19', name: string, required: number, place: Place): Found {
  const { tensors } = place
  const caffe = isKerasVgg(tensors)
    ? fromKerasVgg(kind, tensors)
    : isCaffeVgg(tensors)
      ? fromCaffeVgg(kind, tensors)
      : undefined
  if (!caffe) return readVgg(kind, kind, name, required, place)
  return { ...readVgg(kind, kind, `${name} (Caffe)`, required, { ...place, tensors: caffe }), notes: [CAFFE_NOTE] }
}
